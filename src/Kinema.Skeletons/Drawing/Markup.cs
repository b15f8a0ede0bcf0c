using System.Globalization;
using System.Text;

namespace Kinema.Skeletons.Drawing;

/// <summary>Text and numbers on their way into SVG or HTML. Names come from files of strangers, so all of them pass here.</summary>
public static class Markup
{
    /// <summary>
    /// The text with &amp;, &lt;, &gt; and both quotes escaped, good between tags and inside quoted attributes. A character XML
    /// cannot hold (a control character, half a surrogate pair) becomes U+FFFD, so that a hostile name never breaks the file.
    /// </summary>
    public static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())              // half a pair is enumerated as U+FFFD
        {
            _ = rune.Value switch
            {
                '&' => safe.Append("&amp;"),
                '<' => safe.Append("&lt;"),
                '>' => safe.Append("&gt;"),
                '"' => safe.Append("&quot;"),
                '\'' => safe.Append("&#39;"),
                '\t' or '\n' or '\r' => safe.Append((char)rune.Value),
                < 0x20 or (>= 0x7f and < 0xa0) or 0xfffe or 0xffff => safe.Append('\ufffd'),
                _ => safe.Append(rune.ToString()),
            };
        }
        return safe.ToString();
    }

    /// <summary>A coordinate: at most two decimals, never an exponent, never "-0", the same in every culture.</summary>
    public static string Number(double value)
    {
        var text = value.ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    /// <summary>A fraction of 0..1 as a percentage with two decimals, e.g. <c>93.10 %</c>.</summary>
    public static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{fraction * 100:0.00} %");

    /// <summary>A difference of two fractions in percentage points with its sign, e.g. <c>+0.65</c> or <c>−1.20</c>.</summary>
    public static string Points(double difference)
    {
        var points = (Math.Abs(difference) * 100).ToString("0.00", CultureInfo.InvariantCulture);
        return points == "0.00" ? "±0.00" : (difference < 0 ? "−" : "+") + points;
    }

    /// <summary>The text, cut to <paramref name="length"/> characters with an ellipsis if it is longer.</summary>
    public static string Shorten(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1).TrimEnd(), "…");
}
