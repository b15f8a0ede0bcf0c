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

function decode(text) {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const values = new DataView(bytes.buffer), numbers = new Float32Array(bytes.length >> 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = values.getFloat32(4 * i, true);
  return numbers;
}

// Right, up and towards the onlooker: a right-handed frame, whatever axes the sensor has.
function axes(p) {
  const { right, up } = page, third = 3 - right.axis - up.axis;
  const sign = ((right.axis + 1) % 3 === up.axis ? 1 : -1) * right.sign * up.sign;
  return [right.sign * p[right.axis], up.sign * p[up.axis], sign * p[third]];
}

function known(clip, m, t, v) {
  return clip.seen[(m * clip.frames + t) * page.joints.length + v] === 1;
}

function open(entry) {
  if (entry.points) return entry;
  const raw = decode(entry.data), joints = page.joints.length, rows = entry.persons * entry.frames * joints;
  entry.data = null;
  entry.points = new Float32Array(rows * 3);
  entry.seen = new Uint8Array(rows);
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  for (let row = 0; row < rows; row++) {
    const p = [0, 0, 0];
    for (let c = 0; c < page.channels; c++) p[c] = raw[row * page.channels + c];
    const start = (row - row % joints) * page.channels;
    // Sensors write a joint they lost as zeros. A centre at the origin is a centred clip's, if another joint is elsewhere.
    const lost = p[0] === 0 && p[1] === 0 && p[2] === 0 && (row % joints !== page.center
      || !raw.subarray(start, start + joints * page.channels).some(x => x !== 0));
    const q = axes(p);
    entry.points.set(q, row * 3);
    if (lost || !p.every(Number.isFinite)) continue;
    entry.seen[row] = 1;
    for (let c = 0; c < 3; c++) { low[c] = Math.min(low[c], q[c]); high[c] = Math.max(high[c], q[c]); }
  }
  const any = high[0] >= low[0];
  entry.middle = any ? low.map((l, c) => (l + high[c]) / 2) : [0, 0, 0];
  entry.floor = any ? low[1] : 0;
  entry.tall = any ? Math.max(high[1] - low[1], 1e-6) : 1;
  // What must fit whatever the turn: a cylinder around the middle.
  let reach = 1e-6;
  for (let row = 0; row < rows; row++) {
    if (!entry.seen[row]) continue;
    const dx = entry.points[row * 3] - entry.middle[0], dz = entry.points[row * 3 + 2] - entry.middle[2];
    reach = Math.max(reach, flat ? Math.abs(dx) : Math.hypot(dx, dz));
  }
  entry.reach = reach;
  return entry;
}

function choose(index) {
  clip = open(page.clips[index]);
  chooser.selectedIndex = index;
  slider.max = clip.frames - 1;
  find("about").textContent = [clip.label, clip.name, `${clip.frames} frame${clip.frames === 1 ? "" : "s"}`].filter(Boolean).join(" · ");
  key();
  reset();
  seek(0);
  canvas.setAttribute("aria-label", `${clip.label || "Clip"} ${clip.name}, ${clip.frames} frames, ${clip.persons} ${clip.persons === 1
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

// From the clip's space to the screen; the third number is the nearness.
function project(x, y, z, size) {
  x -= clip.middle[0]; y -= clip.middle[1]; z -= clip.middle[2];
  if (flat) return [size.x + x * size.scale, size.y - y * size.scale, 0];
  const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
  const u = cy * x + sy * z, w = cy * z - sy * x;
  const v = cp * y - sp * w, near = sp * y + cp * w;
  const distance = 3.2 * Math.max(clip.tall, clip.reach * 2), grow = distance / Math.max(0.2 * distance, distance - near);
  return [size.x + u * size.scale * grow, size.y - v * size.scale * grow, near];
}

function measure() {
  const { width, height } = stage.getBoundingClientRect(), margin = 40;
  // The nearest and farthest a body may come add to its height in perspective.
  const tall = clip.tall + (flat ? 0 : 0.35 * clip.reach), wide = 2 * clip.reach * (flat ? 1 : 1.12);
  const scale = Math.min(Math.max(40, height - 2 * margin) / tall, Math.max(40, width - 2 * margin) / wide) * zoom;
  return { width, height, scale, x: width / 2 + panX, y: height / 2 + panY };
}

function draw() { if (!queued) { queued = true; requestAnimationFrame(paint); } }

function paint() {
  queued = false;
  if (!clip) return;
  const size = measure(), ratio = devicePixelRatio || 1, style = getComputedStyle(document.documentElement);
  const [w, h] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.lineCap = "round";
  if (!flat) ground(size, style.getPropertyValue("--grid"));
  figures(size, style);
}

function ground(size, colour) {
  const cell = 10 ** Math.floor(Math.log10(clip.tall / 2)), unit = clip.tall / cell > 8 ? cell * 2.5 : cell * 0.5, cells = 4;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  const [cx, cz] = [clip.middle[0], clip.middle[2]];
  const reach = Math.max(Math.ceil(clip.reach / unit) * unit, cells / 2 * unit);
  context.beginPath();
  for (let at = -reach; at <= reach + unit / 2; at += unit) {
    for (const [from, to] of [[[cx + at, cz - reach], [cx + at, cz + reach]], [[cx - reach, cz + at], [cx + reach, cz + at]]]) {
      const a = project(from[0], clip.floor, from[1], size), b = project(to[0], clip.floor, to[1], size);
      context.moveTo(a[0], a[1]);
      context.lineTo(b[0], b[1]);
    }
  }
  context.stroke();
}

function figures(size, style) {
  const t = Math.floor(frame), joints = page.joints.length, colours = dark.matches ? page.colours.dark : page.colours.light;
  const limb = Math.max(3, Math.min(11, size.scale * clip.tall / 64)), paper = style.getPropertyValue("--paper"), items = [];
  shown = [];
  for (let m = 0; m < clip.persons; m++) {
    const at = [], front = [];                      // front: how near the nearest of a joint's bones is, so that the joint lies on them
    for (let v = 0; v < joints; v++) {
      if (!known(clip, m, t, v)) continue;
      const p = ((m * clip.frames + t) * joints + v) * 3;
      at[v] = project(clip.points[p], clip.points[p + 1], clip.points[p + 2], size);
      front[v] = at[v][2];
      shown.push({ m, v, x: at[v][0], y: at[v][1] });
    }
    for (const [child, parent] of page.bones) {
      if (!at[child] || !at[parent]) continue;
      const near = (at[child][2] + at[parent][2]) / 2;
      [front[child], front[parent]] = [Math.max(front[child], near), Math.max(front[parent], near)];
      items.push({ near, m, v: child, from: at[parent], to: at[child] });
    }
    at.forEach((where, v) => items.push({ near: front[v], m, v, at: where }));       // after its bones: sorting keeps equals in order
  }
  items.sort((a, b) => a.near - b.near);
  for (const item of items) {
    const side = page.sides[item.v], colour = colours[item.m % colours.length][side];
    context.beginPath();
    if (item.from) {
      context.strokeStyle = colour;
      context.lineWidth = limb;
      context.moveTo(item.from[0], item.from[1]);
      context.lineTo(item.to[0], item.to[1]);
      context.stroke();
      continue;
    }
    const big = item.v === page.head;
    context.arc(item.at[0], item.at[1], big ? limb * 1.9 : limb * 0.85, 0, 2 * Math.PI);
    context.fillStyle = side === LEFT && !big ? paper : colour;
    context.fill();
    if (side === LEFT && !big) { context.lineWidth = limb * 0.42; context.strokeStyle = colour; context.stroke(); }
  }
  label(style);
}

function label(style) {
  if (names.getAttribute("aria-pressed") === "true") {
    context.font = "12px system-ui, sans-serif";
    context.lineWidth = 3;
    context.strokeStyle = style.getPropertyValue("--paper");
    context.fillStyle = style.getPropertyValue("--ink");
    for (const joint of shown) {
      context.strokeText(page.joints[joint.v], joint.x + 7, joint.y + 4);
      context.fillText(page.joints[joint.v], joint.x + 7, joint.y + 4);
    }
  }
  const on = hovered && shown.find(joint => joint.m === hovered.m && joint.v === hovered.v);
  tip.hidden = !on;
  if (!on) return;
  tip.textContent = page.joints[on.v] + (clip.persons > 1 ? `, person ${on.m + 1}` : "");
  tip.style.left = `${on.x}px`;
  tip.style.top = `${on.y}px`;
}

function key() {
  const list = find("key"), colours = dark.matches ? page.colours.dark : page.colours.light;
  const entries = page.sides.includes(LEFT) ? [["left", colours[0][1], true], ["right", colours[0][2], false]] : [];
  if (clip.persons > 1) for (let m = 0; m < clip.persons; m++) entries.push([`person ${m + 1}`, colours[m % colours.length][0], null]);
  list.replaceChildren(...entries.map(([text, colour, ring]) => {
    const item = document.createElement("li"), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const shape = (name, values) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [attribute, value] of Object.entries(values)) element.setAttribute(attribute, value);
      svg.append(element);
    };
    svg.setAttribute("aria-hidden", "true");
    shape("line", { x1: 2, y1: 5, x2: 20, y2: 5, stroke: colour, "stroke-width": 4, "stroke-linecap": "round" });
    if (ring === true) shape("circle", { cx: 20, cy: 5, r: 3.4, fill: "var(--paper)", stroke: colour, "stroke-width": 2 });
    if (ring === false) shape("circle", { cx: 20, cy: 5, r: 4, fill: colour });
    item.append(svg, text);
    return item;
  }));
}

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
