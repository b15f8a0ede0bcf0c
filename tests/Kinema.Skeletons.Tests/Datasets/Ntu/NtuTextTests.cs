using System.Text;
using System.Text.RegularExpressions;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed partial class NtuTextTests
{
    // Frames: nobody, one body, two bodies.
    private static readonly NtuRaw Sample = Make();

    [Theory, InlineData("\n"), InlineData("\r\n"), InlineData(" \t\r\n")]
    public void A_text_is_read_whatever_its_line_ends(string newLine)
    {
        var bodies = NtuRaw.Read(Sample.Bytes(newLine));

        Assert.Equal((3, 3), (bodies.Frames, bodies.Count));
        Assert.Equal(["72057594037931101", "7"], bodies.Names);
        Assert.Equal([(0, 0), (0, 1), (1, 3)], Enumerable.Range(0, 3).Select(bodies.Frame));
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(bodies.Identity));
        Assert.Equal(Sample.Frames[1][0].Points, bodies.Coordinates(0));
        Assert.Equal(Sample.Frames[2][1].Points, bodies.Coordinates(2));
    }

    [Fact]
    public void A_reader_is_used_again_for_a_smaller_file()
    {
        var bodies = Sample.Bodies();
        NtuText.Read("1\n0\n"u8, "f", Kinema.Skeletons.Graphs.Layouts.Ntu, bodies);

        Assert.Equal((1, 0, 0), (bodies.Frames, bodies.Count, bodies.Names.Count));
    }

    [Fact]
    public void A_byte_order_mark_and_blank_lines_at_the_end_do_no_harm() =>
        Assert.Equal(3, NtuRaw.Read(Encoding.UTF8.GetBytes("\uFEFF" + Sample.Text("\n") + "\n \r\n")).Frames);

    [Fact]
    public void Whatever_a_file_is_cut_off_at_is_named()
    {
        var whole = Sample.Bytes("\n");
        for (var length = 0; length < whole.Length - 1; length++)           // without its last line end it is whole
            AssertRefused(whole.AsSpan(0, length), "");
        Assert.Equal(3, NtuRaw.Read(whole.AsSpan(0, whole.Length - 1)).Frames);
    }

    [Theory]
    [InlineData(1, "4", "line 86: the file ends in frame 3 of 4: it is cut off, or line 1 tells of too many frames")]
    [InlineData(1, "2", "line 31: there is more after the 2 frames that line 1 tells of")]
    [InlineData(1, "20001", "line 1: the number of frames is 20001; at most 20000 are believed")]
    [InlineData(1, "99999999999999999999", "line 1: the number of frames is '99999999999999999999', not a whole number")]
    [InlineData(1, "-3", "line 1: the number of frames is '-3', not a whole number")]
    [InlineData(1, "3.0", "line 1: the number of frames is '3.0', not a whole number")]
    [InlineData(1, "", "line 1: the number of frames is missing: the line is empty")]
    [InlineData(3, "2", "line 31: 1 fields where a body has 10")]
    [InlineData(3, "0", "line 4: the number of bodies is '72057594037931101 0 1 1 1 1 0 0.02764709 -0.05745083 2', not a whole number")]
    [InlineData(3, "2147483647", "line 3: the number of bodies is 2147483647; at most 100 are believed")]
    [InlineData(4, "7 0 0 0 0 0 0 0 0", "line 4: 9 fields where a body has 10")]
    [InlineData(4, "7 0 0 0 0 0 0 0 0 0 0", "line 4: 11 fields where a body has 10")]
    [InlineData(4, "72057594037931101720575940379311017205759403793110 0 0 0 0 0 0 0 0 0",
        "line 4: the id of a body is '72057594037931101720575940379311017205759403793110'; it has at most 40 digits")]
    [InlineData(5, "20", "line 5: a body of 20 joints; it has 25")]
    [InlineData(6, "1 2 3 0 0 0 0 0 0 0 0", "line 6: 11 fields where a joint has 12")]
    [InlineData(6, "1 2 3 0 0 0 0 0 0 0 0 0 0", "line 6: 13 fields where a joint has 12")]
    [InlineData(6, "", "line 6: 0 fields where a joint has 12")]
    [InlineData(7, "1 NaN 3 0 0 0 0 0 0 0 0 0",
        "line 7: frame 1, joint 1 (spine): y is NaN; a coordinate is finite and at most ±100 (the limit of layout ntu)")]
    [InlineData(7, "1 2 -Infinity 0 0 0 0 0 0 0 0 0", "line 7: frame 1, joint 1 (spine): z is infinite;")]
    [InlineData(7, "1e39 2 3 0 0 0 0 0 0 0 0 0", "line 7: frame 1, joint 1 (spine): x is infinite;")]
    [InlineData(7, "-100.5 2 3 0 0 0 0 0 0 0 0 0", "line 7: frame 1, joint 1 (spine): x is -100.5;")]
    [InlineData(7, "1 two 3 0 0 0 0 0 0 0 0 0", "line 7: frame 1, joint 1 (spine): y is 'two', which is not a number;")]
    [InlineData(7, "1 ÿ\u0001 3 0 0 0 0 0 0 0 0 0", "line 7: frame 1, joint 1 (spine): y is 'ÿÿ', which is not a number;")]
    [InlineData(59, "7 0 0 0 0 0 0 0 0 0", "line 59: body 7 is in frame 2 twice")]
    public void A_wrong_line_is_named_with_the_reason(int line, string by, string reason)
    {
        var lines = Sample.Text("\n").Split('\n');
        lines[line - 1] = by.Replace("\u0001", "\u00FF", StringComparison.Ordinal);

        AssertRefused(Encoding.UTF8.GetBytes(string.Join('\n', lines)), reason);
    }

    [Fact]
    public void What_no_pipeline_uses_may_be_anything()
    {
        var lines = Sample.Text("\n").Split('\n');
        lines[6] = "1 2 3 NaN -1.#IND x 1 2 3 4 5 -7";

        Assert.Equal([1, 2, 3], NtuRaw.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines))).Coordinates(0).Slice(3, 3).ToArray());
    }

    [Fact]
    public void A_claim_of_much_costs_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Assert.Throws<KinemaException>(() => NtuRaw.Read("20000\n100\n7 0 0 0 0 0 0 0 0 0\n25\n"u8));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Trait("Category", "Fuzz")]
    [Theory, InlineData(1), InlineData(2)]
    public void Damaged_files_are_read_or_refused_with_one_line(int seed)
    {
        var sound = Sample.Bytes(seed == 1 ? "\n" : "\r\n");
        var random = new Random(Mutations.Seed(seed));
        var (trials, refused) = (Mutations.Trials(2500), 0);
        for (var trial = 0; trial < trials; trial++)
        {
            try
            {
                var bodies = NtuRaw.Read(Damage(sound, random));
                for (var body = 0; body < bodies.Count; body++)
                    Assert.False(bodies.Coordinates(body).ContainsAnyExceptInRange(-100f, 100f));
                foreach (var preparation in NtuPreparation.Names)
                    AssertClipOrReason(NtuPreparation.Get(preparation).Prepare(bodies, default, "f"));
            }
            catch (KinemaException error)
            {
                refused++;
                AssertOneLine(error);
            }
        }
        Assert.InRange(refused, trials / 3.125, trials - 1);
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 1000; trial++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            AssertRefused(bytes, "");
        }
    }

    private static void AssertClipOrReason(ItemClips item) => Assert.Equal(1, item.Clips.Count + item.Skipped.Count);

    private static NtuRaw Make()
    {
        var raw = new NtuRaw();
        raw.Frames.Add([]);
        raw.Frames.Add([("72057594037931101", NtuRaw.Person(1))]);
        raw.Frames.Add([("7", NtuRaw.Person(2, x: 1)), ("72057594037931101", NtuRaw.Person(2))]);
        return raw;
    }

    private static void AssertRefused(ReadOnlySpan<byte> text, string reason)
    {
        var bytes = text.ToArray();
        var error = Assert.Throws<KinemaException>(() => NtuRaw.Read(bytes));
        AssertOneLine(error);
        Assert.StartsWith($"f: {reason}", error.Message, StringComparison.Ordinal);
    }

    private static void AssertOneLine(KinemaException error)
    {
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.Matches(Message(), error.Message);
        Assert.InRange(error.Message.Length, 10, 300);
    }

    [GeneratedRegex(@"^f: line [1-9][0-9]*: [^\p{Cc}]+\z")]
    private static partial Regex Message();

    private static byte[] Damage(byte[] sound, Random random)
    {
        var bytes = sound.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
                case 3 when bytes.Count > length: bytes.RemoveRange(at, length); break;
                case 4 when at > 0: bytes.RemoveRange(at, bytes.Count - at); break;
                case 5: bytes[at] = "0123456789-+.eEnN \t\r\n"u8[random.Next(21)]; break;
                default: bytes.InsertRange(at, "999999999 NaN\n1e400 "u8[..random.Next(1, 20)].ToArray()); break;
            }
        }
        return [.. bytes];
    }
}
