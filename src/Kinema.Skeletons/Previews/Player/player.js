"use strict";
// The clips lie in the page: see PreviewPage for what is in them. Coordinates are [m][t][v][c], little-endian float32 in base64.
const page = JSON.parse(document.getElementById("clips").textContent);
const find = id => document.getElementById(id);
const canvas = find("view"), stage = find("stage"), tip = find("tip"), slider = find("frame"), count = find("count");
const playButton = find("play"), chooser = find("clip"), speeds = find("speed"), names = find("names"), said = find("said");
const flat = page.channels === 2;
const dark = matchMedia("(prefers-color-scheme: dark)"), still = matchMedia("(prefers-reduced-motion: reduce)");
const context = canvas.getContext("2d");
const LEFT = 1;                                       // sides: 0 middle, 1 left, 2 right

let clip, frame = 0, playing = false, since = 0, yaw = 0, pitch = 0, zoom = 1, panX = 0, panY = 0, hovered = null, shown = [], queued = false;

function choose(index) {
  clip = open(page.clips[index]);
  chooser.selectedIndex = index;
  slider.max = clip.frames - 1;
  find("about").textContent = [clip.label, clip.name, `${clip.frames} frame${clip.frames === 1 ? "" : "s"}`].filter(Boolean).join(" · ");
  key();
  reset();
  seek(0);
  canvas.setAttribute("aria-label", `${clip.label || "Clip"} ${clip.name}, ${clip.frames} frames, ${clip.people.length} ${clip.people.length === 1
    ? "person" : "persons"}. Drag or press shift and an arrow to turn, wheel or plus and minus to zoom.`);
}

function reset() {
  [yaw, pitch, zoom, panX, panY] = flat ? [0, 0, 1, 0, 0] : [clip.turn + 0.44, 0.14, 1, 0, 0];
  draw();
}

function seek(to, speak = false) {
  frame = Math.max(0, Math.min(clip.frames - 1, to));
  slider.value = Math.floor(frame);
  slider.setAttribute("aria-valuetext", `frame ${Math.floor(frame) + 1} of ${clip.frames}`);
  count.textContent = `${Math.floor(frame) + 1} / ${clip.frames}`;
  if (speak) said.textContent = `frame ${Math.floor(frame) + 1}`;
  draw();
}

function play(on) {
  playing = on && clip.frames > 1;
  playButton.textContent = playing ? "Pause" : "Play";
  playButton.setAttribute("aria-pressed", playing);
  if (playing) { since = performance.now(); requestAnimationFrame(tick); }
}

function tick(now) {
  if (!playing) return;
  const next = frame + Math.max(0, now - since) / 1000 * page.rate * Number(speeds.value);
  since = now;
  seek(next >= clip.frames ? next % clip.frames : next);
  requestAnimationFrame(tick);
}

function step(by) { play(false); seek((Math.floor(frame) + by + clip.frames) % clip.frames, true); }

function turn(dx, dy) {
  if (flat) { panX += dx; panY += dy; } else {
    yaw += dx * 0.01;
    pitch = Math.max(-1.5, Math.min(1.5, pitch + dy * 0.01));
  }
  draw();
}

function magnify(by) { zoom = Math.max(0.2, Math.min(20, zoom * by)); draw(); }

const held = new Map();
canvas.addEventListener("pointerdown", e => {
  held.set(e.pointerId, [e.clientX, e.clientY]);
  canvas.setPointerCapture(e.pointerId);
  canvas.classList.add("held");
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, e => { held.delete(e.pointerId); if (!held.size) canvas.classList.remove("held"); });
}
canvas.addEventListener("pointermove", e => {
  const was = held.get(e.pointerId);
  if (!was) { hover(e); return; }
  const spread = () => { const [a, b] = [...held.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
  const before = held.size === 2 ? spread() : 0;
  held.set(e.pointerId, [e.clientX, e.clientY]);
  const [dx, dy] = [e.clientX - was[0], e.clientY - was[1]];
  if (held.size === 2) magnify(spread() / Math.max(1, before));
  else if (e.buttons & 6 || e.shiftKey) { panX += dx; panY += dy; draw(); }
  else turn(dx, dy);
});
canvas.addEventListener("pointerleave", () => { hovered = null; draw(); });
canvas.addEventListener("contextmenu", e => e.preventDefault());
canvas.addEventListener("dblclick", reset);
canvas.addEventListener("wheel", e => {
  e.preventDefault();
  magnify(Math.exp(-e.deltaY * (e.deltaMode === 1 ? 0.05 : 0.0015)));
}, { passive: false });

function hover(e) {
  const box = canvas.getBoundingClientRect(), x = e.clientX - box.left, y = e.clientY - box.top;
  const near = shown.map(joint => ({ joint, far: Math.hypot(joint.x - x, joint.y - y) })).sort((a, b) => a.far - b.far)[0];
  const next = near && near.far < 18 ? near.joint : null;
  if ((next && `${next.m} ${next.v}`) !== (hovered && `${hovered.m} ${hovered.v}`)) { hovered = next; draw(); }
}

const keys = {
  " ": () => play(!playing), k: () => play(!playing), ArrowLeft: () => step(-1), ArrowRight: () => step(1),
  Home: () => { play(false); seek(0, true); }, End: () => { play(false); seek(clip.frames - 1, true); },
  "+": () => magnify(1.15), "=": () => magnify(1.15), "-": () => magnify(1 / 1.15), 0: reset, n: () => names.click(),
  "]": () => choose((chooser.selectedIndex + 1) % page.clips.length),
  "[": () => choose((chooser.selectedIndex + page.clips.length - 1) % page.clips.length),
};
const turns = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -12], ArrowDown: [0, 12] };
addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const on = e.target.tagName;
  if (on === "SELECT" || (on === "BUTTON" && (e.key === " " || e.key === "Enter"))) return;      // those keep their own keys
  const act = e.shiftKey && turns[e.key] ? () => turn(...turns[e.key]) : keys[e.key];
  if (!act) return;
  e.preventDefault();
  act();
});

playButton.addEventListener("click", () => play(!playing));
find("back").addEventListener("click", () => step(-1));
find("next").addEventListener("click", () => step(1));
find("reset").addEventListener("click", reset);
find("in").addEventListener("click", () => magnify(1.25));
find("out").addEventListener("click", () => magnify(0.8));
names.addEventListener("click", () => { names.setAttribute("aria-pressed", names.getAttribute("aria-pressed") !== "true"); draw(); });
slider.addEventListener("input", () => { play(false); seek(Number(slider.value)); });
chooser.addEventListener("change", () => choose(chooser.selectedIndex));
dark.addEventListener("change", () => { key(); draw(); });
still.addEventListener("change", () => { if (still.matches) play(false); });
new ResizeObserver(paint).observe(stage);           // at once: a frame later, the old picture would be seen stretched

chooser.replaceChildren(...page.clips.map(entry => new Option(entry.label ? `${entry.label}: ${entry.name}` : entry.name)));
find("choose").hidden = page.clips.length < 2;
choose(0);
play(!still.matches);
