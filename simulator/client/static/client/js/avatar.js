// Faces: the picture when there is one, else the last character of the name on a colour of its own.

import { h } from "./element.js";
import { icon } from "./icons.js";

const HUES = [212, 168, 28, 262, 338, 190, 46, 128];
const hue = (text) => HUES[[...text].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % HUES.length];

export const avatar = (name, url, size = "") => {
  const label = name || "?";
  const face = h(`span.avatar${size ? `.${size}` : ""}`, { style: { background: `hsl(${hue(label)} 42% 36%)` }, "aria-hidden": "true" });
  face.append((label.match(/[\p{L}\p{N}]/gu) || [label[0]]).at(-1));
  if (url) {
    const picture = h("img", { src: url, alt: "", loading: "lazy", decoding: "async" });
    picture.addEventListener("error", () => picture.remove());
    face.append(picture);
  }
  return face;
};

/** A face with an icon instead of a person: the app, 群发助手, 朋友圈. */
export const iconFace = (kind, shape, size = "") => h(`span.avatar.${kind}${size ? `.${size}` : ""}`, { "aria-hidden": "true" }, icon(shape));

export const appFace = (size = "") => {
  const face = h(`span.avatar.app${size ? `.${size}` : ""}`, { "aria-hidden": "true" });
  face.append("导");
  return face;
};

const MOSAIC = 9;

/** A group's face: up to nine members' faces beside each other; a plain sign while nobody is known. */
export const groupFace = (members, size = "") => {
  const people = (members || []).slice(0, MOSAIC);
  if (!people.length) return iconFace("group", "group", size);
  const across = people.length > 4 ? 3 : people.length > 1 ? 2 : 1;
  return h(
    `span.avatar.mosaic.across-${across}${size ? `.${size}` : ""}`,
    { "aria-hidden": "true" },
    people.map((each) => avatar(each.name, each.avatar, "tile")),
  );
};
