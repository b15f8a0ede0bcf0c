// What is drawn: the ground, the figures, the names of their joints and the key to their colours.

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
  tip.textContent = page.joints[on.v] + (clip.people.length > 1 ? `, person ${on.m + 1}` : "");
  tip.style.left = `${on.x}px`;
  tip.style.top = `${on.y}px`;
}

function key() {
  const list = find("key"), colours = dark.matches ? page.colours.dark : page.colours.light;
  const entries = page.sides.includes(LEFT) ? [["left", colours[0][1], true], ["right", colours[0][2], false]] : [];
  if (clip.people.length > 1) for (const m of clip.people) entries.push([`person ${m + 1}`, colours[m % colours.length][0], null]);
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
