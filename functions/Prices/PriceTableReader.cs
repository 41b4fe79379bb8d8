using System.Globalization;
using System.Reflection;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Providers.Prices;

namespace FunctionsEval.Prices;

/// <summary>Reads price tables: the one that comes with the program, and a file that goes before it.</summary>
internal static class PriceTableReader
{
    private const string BuiltIn = "FunctionsEval.Prices.prices.yaml";

    /// <param name="overridePath">A file in the same form; null for none.</param>
    /// <exception cref="InvalidDataException">A table is broken; the message names file, place and rule.</exception>
    public static PriceTable Load(string? overridePath)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(BuiltIn)!;
        using var reader = new StreamReader(stream);
        var table = Parse("prices.yaml", reader.ReadToEnd());
        if (string.IsNullOrWhiteSpace(overridePath))
        {
            return table;
        }

        return File.Exists(overridePath)
            ? table.With(Parse(overridePath, File.ReadAllText(overridePath)))
            : throw new InvalidDataException($"The price table '{overridePath}' (FUNCTIONSEVAL_PRICES) does not exist.");
    }

    internal static PriceTable Parse(string file, string yaml)
    {
        var root = YamlSource.Parse(yaml) switch
        {
            SourceOutcome.Read(var node) => node,
            SourceOutcome.Malformed(var error) => throw new InvalidDataException($"{file}: {error}"),
            var other => throw new System.Diagnostics.UnreachableException($"Unhandled {other.GetType().Name}"),
        };
        var fields = new Fields(file, "", root);
        var vendors = fields.Inner("vendors").All().ToDictionary(vendor => vendor.Name, vendor => ReadVendor(vendor.Fields), StringComparer.Ordinal);
        return new PriceTable(fields.Date("version"), vendors);
    }

    private static VendorPrices ReadVendor(Fields vendor) => new(
        vendor.Date("asOf"),
        vendor.Text("source"),
        vendor.Inner("models").All().ToDictionary(model => model.Name.ToLowerInvariant(), model => ReadPrice(model.Fields), StringComparer.Ordinal));

    private static Price ReadPrice(Fields price) => new(
        price.Dollars("input") ?? throw price.Missing("input"),
        price.Dollars("output") ?? throw price.Missing("output"),
        price.Dollars("cached"),
        price.Dollars("reasoning"),
        price.Has("long") ? ReadLong(price.Inner("long")) : null);

    private static LongContextPrice ReadLong(Fields price) => new(
        (int)(price.Dollars("above") ?? throw price.Missing("above")),
        price.Dollars("input") ?? throw price.Missing("input"),
        price.Dollars("output") ?? throw price.Missing("output"),
        price.Dollars("cached"));

    private sealed class Fields(string file, string path, SourceNode node)
    {
        private readonly SourceNode.Mapping _mapping = node as SourceNode.Mapping
            ?? throw new InvalidDataException($"{file}: line {node.Line}: {(path.Length == 0 ? "the table" : path)} must be a mapping of fields.");

        public bool Has(string name) => Find(name) is not null;

        public Fields Inner(string name) => new(file, PathOf(name), Find(name) ?? throw Missing(name));

        public IEnumerable<(string Name, Fields Fields)> All() =>
            _mapping.Entries.Select(entry => (entry.Name, new Fields(file, PathOf(entry.Name), entry.Value)));

        public string Text(string name) => (Find(name) as SourceNode.Scalar)?.Text ?? throw Missing(name);

        public DateOnly Date(string name) =>
            DateOnly.TryParseExact(Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? date
                : throw Broken(name, $"must be a date such as 2026-11-21, but is '{Text(name)}'");

        public decimal? Dollars(string name)
        {
            if (!Has(name))
            {
                return null;
            }

            return decimal.TryParse(Text(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Broken(name, $"must be a number of 0 or more, but is '{Text(name)}'");
        }

        public InvalidDataException Missing(string name) => Broken(name, "must be given");

        private SourceNode? Find(string name) => _mapping.Entries.FirstOrDefault(entry => entry.Name == name)?.Value;

        private InvalidDataException Broken(string name, string rule) =>
            new($"{file}: line {(Find(name) ?? _mapping).Line}: {PathOf(name)} {rule}.");

        private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";
    }
}
