using System.Text.RegularExpressions;

namespace FunctionsEval.Providers.Prices;

/// <summary>Where a vendor's prices are from.</summary>
/// <param name="AsOf">The day on which they were true by the source.</param>
public sealed record VendorPrices(DateOnly AsOf, string Source, IReadOnlyDictionary<string, Price> Models);

/// <summary>Prices by vendor and model. A model that is not in it has no price: never 0.</summary>
public sealed partial class PriceTable(DateOnly version, IReadOnlyDictionary<string, VendorPrices> vendors)
{
    public DateOnly Version => version;

    public IReadOnlyDictionary<string, VendorPrices> Vendors => vendors;

    /// <summary>The day of the vendor whose prices are oldest.</summary>
    public DateOnly Oldest => vendors.Values.Select(vendor => vendor.AsOf).DefaultIfEmpty(version).Min();

    /// <summary>The price of a model; a date or "latest" at the end of its id makes no difference.</summary>
    public Price? Find(string vendor, string model)
    {
        if (!vendors.TryGetValue(vendor, out var prices))
        {
            return null;
        }

        var id = model.ToLowerInvariant();
        return prices.Models.GetValueOrDefault(id) ?? prices.Models.GetValueOrDefault(Snapshot().Replace(id, ""));
    }

    /// <summary>This table with the vendors and models of another in place of its own.</summary>
    public PriceTable With(PriceTable other)
    {
        var merged = new Dictionary<string, VendorPrices>(vendors, StringComparer.Ordinal);
        foreach (var (name, prices) in other.Vendors)
        {
            var models = merged.TryGetValue(name, out var known)
                ? new Dictionary<string, Price>(known.Models, StringComparer.Ordinal)
                : new Dictionary<string, Price>(StringComparer.Ordinal);
            foreach (var (model, price) in prices.Models)
            {
                models[model] = price;
            }

            merged[name] = prices with { Models = models };
        }

        return new PriceTable(other.Version, merged);
    }

    /// <summary>This table with some models at other prices; what is known of a vendor's other prices stays.</summary>
    public PriceTable With(IReadOnlyDictionary<(string Vendor, string Model), Price> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return With(new PriceTable(version, models.GroupBy(entry => entry.Key.Vendor, StringComparer.Ordinal).ToDictionary(
            vendor => vendor.Key,
            vendor => new VendorPrices(
                vendors.TryGetValue(vendor.Key, out var known) ? known.AsOf : version,
                known?.Source ?? "given by the user",
                vendor.ToDictionary(entry => entry.Key.Model, entry => entry.Value, StringComparer.Ordinal)),
            StringComparer.Ordinal)));
    }

    [GeneratedRegex(@"-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Snapshot();
}
