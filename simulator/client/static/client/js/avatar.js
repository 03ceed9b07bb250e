// Faces: the picture when there is one, else the last character of the name on a colour of its own.

import { h } from "./element.js";

const HUES = [212, 168, 28, 262, 338, 190, 46, 128];
const hue = (text) => HUES[[...text].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % HUES.length];

export const avatar = (name, url, size = "") => {
  const label = name || "?";
  const face = h(`span.avatar${size ? `.${size}` : ""}`, { style: { background: `hsl(${hue(label)} 48% 52%)` }, "aria-hidden": "true" });
  face.append((label.match(/[\p{L}\p{N}]/gu) || [label[0]]).at(-1));
  if (url) {
    const picture = h("img", { src: url, alt: "", loading: "lazy" });
    picture.addEventListener("error", () => picture.remove());
    face.append(picture);
  }
  return face;
};

export const appFace = (size = "") => {
  const face = h(`span.avatar.app${size ? `.${size}` : ""}`, { "aria-hidden": "true" });
  face.append("导");
  return face;
};
