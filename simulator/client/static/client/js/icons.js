// Line icons drawn here, 20 px on a 24 px grid, in the colour of the text around them.

const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  reload: "M20 11a8 8 0 1 0-2.300 6M20 5v6h-6",
  down: "M6 9l6 6 6-6",
  next: "M9 6l6 6-6 6",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM20 20l-4-4",
  panel: "M4 5h16v14H4zM14 5v14",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 20c1-4 4-6 8-6s7 2 8 6",
  plus: "M12 5v14M5 12h14",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2",
  swap: "M7 4L3 8l4 4M3 8h14M17 12l4 4-4 4M21 16H7",
  home: "M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z",
  menu: "M4 7h16M4 12h16M4 17h16",
  chat: "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-6l-5 4v-4H6a2 2 0 0 1-2-2z",
  sliders: "M4 8h9M17 8h3M4 16h3M11 16h9M15 6v4M9 14v4",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  play: "M8 5l11 7-11 7z",
  check: "M5 12l5 5 9-10",
  group: "M9 5a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM2.500 19c.8-3.300 3.300-5 6.500-5s5.700 1.700 6.500 5M16 5.500a3 3 0 0 1 0 6M18 14.500c1.900.7 3.100 2.200 3.500 4.500",
  megaphone: "M4 10v4h3l8 4V6l-8 4zM18.500 9.500a3.500 3.500 0 0 1 0 5M8 14l1.500 5",
  aperture: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 4l3.500 7M20 12l-7.500 1M17 18l-4.500-6M9 19.500l3-7.500M4 12l8-.5M7 6l4.500 5.500",
  headset: "M5 14v-2a7 7 0 0 1 14 0v2M5 14h2.500v5H6a1 1 0 0 1-1-1zM19 14h-2.500v5H18a1 1 0 0 0 1-1zM18 19c0 1.500-2 2.500-4.500 2.500",
  window: "M13 5h6v6M19 5l-8 8M17 14v5H5V7h5",
  pin: "M12 21s7-6.300 7-11.500a7 7 0 1 0-14 0C5 14.700 12 21 12 21zM12 7.500a2.300 2.300 0 1 1 0 4.600 2.300 2.300 0 0 1 0-4.600z",
  voice: "M6 10v4M10 7v10M14 9v6M18 11v2",
  heart: "M12 20s-7.500-4.600-7.500-10A4.300 4.300 0 0 1 12 7.300 4.300 4.300 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10z",
  comment: "M4 5h16v11h-8l-4 4v-4H4zM8 9.500h8M8 12.500h5",
  wallet: "M4 7h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM4 7l11-3v3M16 13h.01",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9h.01",
  compass: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM15.500 8.500l-2 5-5 2 2-5z",
  undo: "M9 7L5 11l4 4M5 11h9a5 5 0 0 1 0 10h-3",
};

export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
};
