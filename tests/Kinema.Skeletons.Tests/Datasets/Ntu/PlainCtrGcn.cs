namespace Kinema.Skeletons.Tests.Datasets.Ntu;

/// <summary>The denoising of the CTR-GCN preparation as its description reads, in plain loops over lists.</summary>
internal static class PlainCtrGcn
{
    private sealed class Body
    {
        public List<float[]> Joints = [];
        public int Start;
        public double Motion;

        public int End => Start + Joints.Count - 1;
    }

    /// <summary>Rows of 75 or 150 numbers; null if nobody is left.</summary>
    public static List<float[]>? Denoise(NtuRaw raw)
    {
        var bodies = new Dictionary<string, Body>();
        var order = new List<string>();
        var n = 0;
        foreach (var frame in raw.Frames.Where(frame => frame.Count > 0))
        {
            foreach (var (id, points) in frame)
            {
                if (!bodies.ContainsKey(id))
                {
                    bodies[id] = new Body { Start = n };
                    order.Add(id);
                }
                bodies[id].Joints.Add(points);
            }
            n++;
        }
        if (order.Count == 0) return null;
        if (order.Count == 1) return Single(bodies[order[0]], n);

        foreach (var id in order) bodies[id].Motion = Motion(bodies[id].Joints);
        order.RemoveAll(id => bodies[id].Joints.Count <= 11);
        if (order.Count == 0) return null;
        foreach (var id in order.ToList())
        {
            if (order.Count == 1) break;
            var good = bodies[id].Joints.Where(IsGood).ToList();
            var bad = bodies[id].Joints.Count - good.Count;
            if (bad == 0) continue;
            if (bad / (double)bodies[id].Joints.Count >= 0.69754) order.Remove(id);
            else bodies[id].Motion = Math.Min(bodies[id].Motion, Motion(good));
        }
        if (order.Count == 1) return NotZero(Single(bodies[order[0]], n));

        var sorted = order.Select(id => bodies[id]).OrderByDescending(body => body.Motion).ToList();
        var rows = Enumerable.Range(0, n).Select(_ => new float[150]).ToList();
        int s1 = sorted[0].Start, e1 = sorted[0].End, s2 = 0, e2 = 0;
        Put(sorted[0], 0);
        foreach (var body in sorted.Skip(1))
        {
            if (Math.Min(e1, body.End) - Math.Max(s1, body.Start) <= 0)
            {
                Put(body, 0);
                (s1, e1) = (Math.Min(s1, body.Start), Math.Max(e1, body.End));
            }
            else if (Math.Min(e2, body.End) - Math.Max(s2, body.Start) <= 0)
            {
                Put(body, 75);
                (s2, e2) = (Math.Min(s2, body.Start), Math.Max(e2, body.End));
            }
        }
        return NotZero(rows);

        void Put(Body body, int column)
        {
            for (var i = 0; i < body.Joints.Count; i++) body.Joints[i].CopyTo(rows[body.Start + i], column);
        }
    }

    /// <summary>The rows moved to the origin.</summary>
    public static List<float[]> Translate(List<float[]> rows)
    {
        var origin = rows.First(row => row.Take(75).Any(value => value != 0))[3..6];
        return [.. rows.Select(row =>
        {
            var moved = row.Select((value, i) => value - origin[i % 3]).ToArray();
            for (var actor = 0; row.Length == 150 && actor < 2; actor++)
            {
                if (row.Skip(75 * actor).Take(75).Sum(value => (double)value) == 0) Array.Clear(moved, 75 * actor, 75);
            }
            return moved;
        })];
    }

    private static List<float[]> Single(Body body, int n)
    {
        var rows = Enumerable.Range(0, n).Select(_ => new float[75]).ToList();
        for (var i = 0; i < body.Joints.Count; i++) rows[body.Start + i] = body.Joints[i];
        return rows;
    }

    private static List<float[]> NotZero(List<float[]> rows) => [.. rows.Where(row => row.Sum(value => (double)value) != 0)];

    private static double Motion(List<float[]> frames) => Enumerable.Range(0, 3).Sum(axis =>
    {
        var values = frames.SelectMany(frame => frame.Where((_, i) => i % 3 == axis)).Select(value => (double)value).ToList();
        var mean = values.Average();
        return values.Average(value => (value - mean) * (value - mean));
    });

    private static bool IsGood(float[] points)
    {
        var x = points.Where((_, i) => i % 3 == 0).ToList();
        var y = points.Where((_, i) => i % 3 == 1).ToList();
        return x.Max() - x.Min() <= 0.8 * (y.Max() - y.Min());
    }
}
