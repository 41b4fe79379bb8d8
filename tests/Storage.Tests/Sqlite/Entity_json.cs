using System.Text;
using FunctionsEval.Storage.Sqlite;

namespace FunctionsEval.Storage.Tests.Sqlite;

public sealed class Entity_json
{
    [Fact]
    public void Properties_are_readable_json_with_marks_for_what_json_lacks()
    {
        var entity = new Entity("p", "r")
        {
            ["text"] = "naïve \"日本語\"",
            ["whole"] = 3.0,
            ["count"] = 3,
            ["small"] = 1e-7,
            ["nan"] = double.NaN,
            ["time"] = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            ["bytes"] = new byte[] { 1, 2, 3 },
            ["ok"] = true,
        };

        Assert.Equal(
            """{"text":"naïve \"日本語\"","whole":3.0,"count":3,"small":1E-07,"nan":{"$double":"NaN"},"time":{"$time":"2026-01-31T12:00:00.0000000Z"},"bytes":{"$binary":"AQID"},"ok":true}""",
            Write(entity));
    }

    [Theory]
    [InlineData(-0.0)]
    [InlineData(1e300)]
    [InlineData(123456789012345680000.0)]
    [InlineData(0.1 + 0.2)]
    public void A_double_comes_back_bit_by_bit(double number)
    {
        var entity = new Entity("p", "r");
        EntityJson.Read(Encoding.UTF8.GetBytes(Write(new Entity("p", "r") { ["n"] = number })), entity, []);

        Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits((double)entity["n"]!));
    }

    [Fact]
    public void Names_remembered_from_the_row_before_do_not_leak_into_the_next()
    {
        List<string> names = [];
        var first = new Entity("p", "1");
        var second = new Entity("p", "2");
        var third = new Entity("p", "3");

        EntityJson.Read("""{"a":1,"b":2,"c":3}"""u8, first, names);
        EntityJson.Read("""{"a":1,"x":2}"""u8, second, names);
        EntityJson.Read("""{"b":1}"""u8, third, names);

        Assert.Equal(["a", "b", "c"], first.Properties.Keys);
        Assert.Equal(["a", "x"], second.Properties.Keys);
        Assert.Equal(["b"], third.Properties.Keys);
    }

    [Fact]
    public void A_mark_of_a_later_version_is_named()
    {
        var error = Assert.Throws<StorageException>(() => EntityJson.Read("""{"a":{"$decimal":"1"}}"""u8, new Entity("p", "r"), []));

        Assert.Contains("'$decimal'", error.Message, StringComparison.Ordinal);
    }

    private static string Write(Entity entity) => Encoding.UTF8.GetString(EntityJson.Write(entity));
}
