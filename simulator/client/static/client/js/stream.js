// Told by the simulator when something shown here has changed; many changes in a moment become one call.

const WAIT_MS = 120;

/** follow(() => ({userid, external_userid}), onChange) → function that subscribes anew after the place has moved. */
export const follow = (scope, onChange) => {
  let source = null;
  let key = "";
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, WAIT_MS);
  };
  return () => {
    const wanted = scope();
    const args = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value)).toString();
    if (args === key) return;
    key = args;
    source?.close();
    source = null;
    if (!args) return;
    source = new EventSource(`/_control/stream?${args}`);
    source.addEventListener("changed", soon);
    source.addEventListener("message", soon);
    source.addEventListener("open", soon);
  };
};
