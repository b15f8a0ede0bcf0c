using Kinema.Contrast.Kernels;

namespace Kinema.Tests.Contrast.Kernels;

public sealed class RowMarksTests
{
    [Fact]
    public void Rows_come_back_in_order_once_each_and_are_forgotten()
    {
        var marks = new RowMarks(200);
        var again = new int[3];
        foreach (var round in (int[][])[[199, 0, 64, 63, 128], [64, 5, 1]])
        {
            foreach (var row in round) Assert.True(marks.Add(row));
            foreach (var row in round) Assert.False(marks.Add(row));
            var rows = new int[round.Length];
            marks.TakeAscending(rows);
            Assert.Equal(round.Order(), rows);
        }

        Assert.True(marks.Add(2));
        marks.TakeAscending(again.AsSpan(0, 1));
        Assert.Equal(2, again[0]);
    }
}
