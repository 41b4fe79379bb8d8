using System.Globalization;
using System.Reflection;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Providers;
using FunctionsEval.Providers.Prices;

namespace FunctionsEval.Prices;

/// <summary>Reads price tables, in JSON or YAML: the one that comes with the program, and a file that goes before it.</summary>
internal static class PriceTableReader
{
    private const string Variable = "FUNCTIONSEVAL_PRICES";
    private const string BuiltIn = "FunctionsEval.Prices.prices.json";

    /// <param name="overrides">A file in the same form, or, beginning with a brace, models with their prices as <see cref="ReadModels"/> takes them; null for none.</param>
    /// <exception cref="FormatException">A table is broken; the message names file, place and rule.</exception>
    public static PriceTable Load(string? overrides)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(BuiltIn)!;
        using var reader = new StreamReader(stream);
        var table = Parse("prices.json", reader.ReadToEnd());
        if (string.IsNullOrWhiteSpace(overrides))
        {
            return table;
        }

        if (overrides.TrimStart().StartsWith('{'))
        {
            return table.With(ReadModels(Variable, Read(Variable, overrides)));
        }

        return File.Exists(overrides)
            ? table.With(Parse(overrides, File.ReadAllText(overrides)))
            : throw new FormatException($"The price table '{overrides}' ({Variable}) does not exist.");
    }

    /// <summary>Prices by <c>provider:model</c>: what a project says of its own models.</summary>
    /// <exception cref="FormatException">The message names file, place and rule.</exception>
    public static IReadOnlyDictionary<(string Vendor, string Model), Price> ReadModels(string file, SourceNode node)
    {
        var models = new Dictionary<(string Vendor, string Model), Price>();
        foreach (var (name, fields) in new Fields(file, "prices", node).All())
        {
            if (Vendor.Split(name) is not ({ } vendor, { Length: > 0 } id))
            {
                throw new FormatException($"{file}: line {fields.Line}: prices must name models as provider:model, with one of {Vendor.Names}, but one is '{Http.Excerpt.Of(name)}'.");
            }

            if (!models.TryAdd((vendor.Name, id.ToLowerInvariant()), ReadPrice(fields.Only("input", "output", "cached", "reasoning", "long"))))
            {
                throw new FormatException($"{file}: line {fields.Line}: prices must name each model once, but has '{Http.Excerpt.Of(name)}' again.");
            }
        }

        return models;
    }

    internal static PriceTable Parse(string file, string text)
    {
        var fields = new Fields(file, "", Read(file, text));
        var vendors = fields.Inner("vendors").All().ToDictionary(vendor => vendor.Name, vendor => ReadVendor(vendor.Fields), StringComparer.Ordinal);
        return new PriceTable(fields.Date("version"), vendors);
    }

    // JSON is YAML too, but to read it as such costs the start of the program a tenth.
    private static SourceNode Read(string file, string text) => (text.StartsWith('{') ? JsonSource.Parse(text) : YamlSource.Parse(text)) switch
    {
        SourceOutcome.Read(var node) => node,
        SourceOutcome.Malformed(var error) => throw new FormatException($"{file}: {error}"),
        var other => throw new System.Diagnostics.UnreachableException($"Unhandled {other.GetType().Name}"),
    };

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
            ?? throw new FormatException($"{file}: line {node.Line}: {(path.Length == 0 ? "the table" : path)} must be a mapping of fields.");

        public int Line => _mapping.Line;

        /// <summary>These fields; any other is an error.</summary>
        public Fields Only(params string[] known) =>
            _mapping.Entries.FirstOrDefault(entry => !known.Contains(entry.Name, StringComparer.Ordinal)) is { } unknown
                ? throw new FormatException($"{file}: line {unknown.Line}: {PathOf(Http.Excerpt.Of(unknown.Name))} is not a known field; "
                    + (Suggestion.For(unknown.Name, known) is { } close ? $"did you mean {close}?" : $"known here are {string.Join(", ", known)}."))
                : this;

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

        public FormatException Missing(string name) => Broken(name, "must be given");

        private SourceNode? Find(string name) => _mapping.Entries.FirstOrDefault(entry => entry.Name == name)?.Value;

        private FormatException Broken(string name, string rule) =>
            new($"{file}: line {(Find(name) ?? _mapping).Line}: {PathOf(name)} {rule}.");

        private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";
    }
}
