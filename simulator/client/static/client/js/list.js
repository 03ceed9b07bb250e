// Lists on the page that keep the nodes of unchanged items, so a half-filled card survives news elsewhere.

/** keyed(container, {key, build}) → render(items). `build(item)` runs only for new or changed items. */
export const keyed = (container, { key, build }) => {
  let shown = new Map();
  return (items) => {
    const next = new Map();
    for (const item of items) {
      const id = key(item);
      const sign = JSON.stringify(item);
      const old = shown.get(id);
      next.set(id, old && old.sign === sign ? old : { sign, node: build(item) });
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

/** Like keyed, for long lists: the first rows at once, more as the person scrolls; arrow keys move between rows. */
export const growing = (container, how) => {
  const render = keyed(container, how);
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
