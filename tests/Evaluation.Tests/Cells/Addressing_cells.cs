using FunctionsEval.Evaluation.Cells;

namespace FunctionsEval.Evaluation.Tests.Cells;

public sealed class Addressing_cells
{
    [Theory]
    [InlineData(0, 0, 0, "run|000000", "000000-000-000")]
    [InlineData(31, 1, 2, "run|000000", "000031-001-002")]
    [InlineData(32, 99, 99, "run|000001", "000032-099-099")]
    [InlineData(999_999, 999, 999, "run|031249", "999999-999-999")]
    public void Keys_are_arithmetic_and_read_back(int item, int variant, int sample, string partition, string row)
    {
        var cell = new CellAddress(item, variant, sample);

        Assert.Equal((partition, row), (cell.PartitionKey("run"), cell.RowKey));
        Assert.Equal(cell, CellAddress.ParseRowKey(row));
    }

    [Theory]
    [InlineData("")]
    [InlineData("000000-000-00")]
    [InlineData("000000-000-0000")]
    [InlineData("00000a-000-000")]
    [InlineData("000000_000-000")]
    [InlineData("-00001-000-000")]
    [InlineData(" 00001-000-000")]
    [InlineData("counter")]
    public void Other_rows_are_no_cells(string row) => Assert.Null(CellAddress.ParseRowKey(row));
}
