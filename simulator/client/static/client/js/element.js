// DOM nodes from plain values. Text always goes in as text; nothing here parses markup.

const put = (node, child) => {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((each) => put(node, each));
  else node.append(child instanceof Node ? child : String(child));
};

/** h("button.primary", {onclick, disabled, data: {x: 1}}, "text", node, [nodes]) → element. */
export const h = (selector, ...rest) => {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  const first = rest[0];
  const hasProps = first && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first);
  if (hasProps) setProps(node, rest.shift());
  put(node, rest);
  return node;
};

const setProps = (node, props) => {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") Object.assign(node.style, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
};

const SIGNS = new WeakMap();

/** Replace everything inside `node`. */
export const fill = (node, ...children) => {
  const holder = document.createDocumentFragment();
  put(holder, children);
  node.replaceChildren(holder);
  SIGNS.delete(node);
  return node;
};

/** Fill `node` with make() only where `values` are not those of the last time: an open menu and a finger on a button stay. */
export const refill = (node, values, make) => {
  const sign = JSON.stringify(values);
  if (SIGNS.get(node) === sign) return;
  fill(node, make());
  SIGNS.set(node, sign);
};
