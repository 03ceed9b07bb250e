// Narrow screens show one thing at a time; wide ones show all side by side.

const query = matchMedia("(max-width: 860px)");

export const isNarrow = () => query.matches || document.documentElement.classList.contains("always-narrow");

const apply = () => document.documentElement.classList.toggle("narrow", isNarrow());

export const watchWidth = (onChange) => {
  apply();
  query.addEventListener("change", () => (apply(), onChange()));
};
