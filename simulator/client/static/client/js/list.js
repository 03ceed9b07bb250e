// Lists on the page that keep the nodes of unchanged items, so a half-filled card survives news elsewhere.

/** Make `old` look like `fresh` and keep its nodes: a finger on one, the focus and a picture that is there stay. */
const renew = (old, fresh) => {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    // A style written as an attribute is refused by the page's policy.
    if (name === "style") old.style.cssText = value;
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const there = [...old.childNodes];
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, at) => {
    if (!there[at]) old.append(node);
    else if (there[at].nodeName !== node.nodeName) there[at].replaceWith(node);
    else if (node instanceof Text) there[at].data = node.data;
    else renew(there[at], node);
  });
  there.slice(wanted.length).forEach((node) => node.remove());
  return old;
};

/**
 * keyed(container, {key, build, steady}) → render(items). `build(item)` runs only for new or changed items.
 * steady: a changed item keeps its nodes and what they do, so that may depend on the key only.
 */
export const keyed = (container, { key, build, steady = false }) => {
  let shown = new Map();
  return (items) => {
    const next = new Map();
    for (const item of items) {
      const id = key(item);
      const sign = JSON.stringify(item);
      const old = shown.get(id);
      const made = () => (old && steady ? renew(old.node, build(item)) : build(item));
      next.set(id, old && old.sign === sign ? old : { sign, node: made() });
    }
    const nodes = [...next.values()].map((each) => each.node);
    const same = nodes.length === container.childNodes.length && nodes.every((n, i) => container.childNodes[i] === n);
    if (!same) place(container, nodes);
    shown = next;
    return !same;
  };
};

/** Move only what is not where it belongs: a focused row keeps the focus, a playing voice goes on. */
const place = (container, nodes) => {
  const wanted = new Set(nodes);
  for (const node of [...container.childNodes]) if (!wanted.has(node)) node.remove();
  let at = container.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else container.insertBefore(node, at);
  }
};

const STEP = 60;
const NEAR = 600;

/** Like keyed, for long lists of steady rows: the first at once, more as the person scrolls; arrow keys move between them. */
export const growing = (container, how) => {
  const render = keyed(container, { ...how, steady: true });
  let items = [];
  let count = STEP;
  const paint = () => render(items.slice(0, count));
  container.addEventListener("scroll", () => {
    if (count >= items.length || container.scrollHeight - container.scrollTop - container.clientHeight > NEAR) return;
    count += STEP;
    paint();
  });
  container.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && event.target.closest(".row")?.[step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  return (all, afresh = false) => {
    items = all;
    if (afresh) count = STEP;
    paint();
    if (afresh) container.scrollTop = 0;
  };
};
