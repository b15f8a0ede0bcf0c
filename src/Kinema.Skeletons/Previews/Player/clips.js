// From what lies in the page to points with right, up and towards the onlooker for axes.

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
    const lost = p[0] === 0 && p[1] === 0 && p[2] === 0 && (row % joints !== page.center || !entry.origin
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
