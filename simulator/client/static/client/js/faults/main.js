// The page of trouble: faults, limits, tokens, callbacks, scenarios, and what came of it.

import * as control from "../control.js";
import { h } from "../element.js";
import { clockControl } from "../strip/clock.js";
import { watchWidth } from "../width.js";
import { callbacksPart } from "./callbacks.js";
import { limitsPart } from "./limits.js";
import { logPart } from "./log.js";
import { makePart } from "./make.js";
import { runningPart } from "./running.js";
import { scenariosPart } from "./scenarios.js";
import { tokensPart } from "./tokens.js";

const EVERY_MS = 1500;

const [{ paths }, { errcodes }] = await Promise.all([control.get("paths"), control.get("errcodes")]);
const look = () => Promise.all(parts.map((part) => part.look()));
const clock = clockControl(() => look(), [["到 22:30", { to: "22:30" }]]);
const parts = [runningPart(errcodes), limitsPart(), callbacksPart(), scenariosPart(look), logPart(errcodes)];
const [running, limits, callbacks, scenarios, log] = parts;

document.getElementById("clock").append(clock.node);
document.getElementById("trouble").append(makePart(paths, errcodes, running.look).node, running.node, callbacks.node, tokensPart().node);
document.getElementById("rules").append(scenarios.node, limits.node);
document.getElementById("log").append(log.node);
document.body.append(
  h("datalist", { id: "paths" }, ["*", "message/*", "externalcontact/*", "kf/*", ...paths.map(({ path }) => path)].map((value) => h("option", { value }))),
  h("datalist", { id: "errcodes" }, errcodes.map(({ errcode, name, text }) => h("option", { value: errcode }, name || text))),
);

const watch = async () => {
  const silent = document.getElementById("silent");
  try {
    clock.show(await control.get("clock"));
    await look();
    silent.hidden = true;
  } catch {
    // The page outlives a restart of the simulator: say so and keep asking.
    silent.hidden = false;
  }
};
watchWidth(() => {});
await watch();
setInterval(() => document.hidden || watch(), EVERY_MS);
document.body.dataset.ready = "1";
// The parts grow while they load: go to the one the address names only now.
if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
