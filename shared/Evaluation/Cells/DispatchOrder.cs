namespace FunctionsEval.Evaluation.Cells;

/// <summary>
/// The order in which the cells of a run are sent: a seeded permutation that keeps the variants of one (item, sample) together, so that
/// drift of a vendor over time hits all variants alike. Within each block of as many groups as there are variants, every variant takes
/// every place once (a Latin square). Random access, nothing stored; frozen, because histories of runs depend on it.
/// </summary>
public sealed class DispatchOrder
{
    private const ulong VariantStream = 0x564152_49414E5453;

    private readonly int _samples;
    private readonly int _variants;
    private readonly ulong _seed;
    private readonly SeededPermutation _groups;
    private readonly bool _byItem;

    /// <param name="byItem">Items in random order, each with all its samples: a prefix is made of whole items, as looks need it.</param>
    public DispatchOrder(int items, int variants, int samples, long seed, bool byItem = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(variants);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(variants, CellAddress.MaxVariants);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        _samples = samples;
        _variants = variants;
        _seed = unchecked((ulong)seed);
        _byItem = byItem;
        _groups = new SeededPermutation(byItem ? items : (long)items * samples, _seed);
        Count = (long)items * samples * variants;
    }

    public long Count { get; }

    public CellAddress this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var (place, position) = Math.DivRem(index, _variants);
            var (item, sample) = _byItem ? Math.DivRem(place, _samples) : Math.DivRem(_groups[place], _samples);
            item = _byItem ? _groups[item] : item;
            return new CellAddress((int)item, Variant(place, (int)position), (int)sample);
        }
    }

    private int Variant(long place, int position)
    {
        if (_variants == 1)
        {
            return 0;
        }

        var (block, row) = Math.DivRem(place, _variants);
        Span<int> order = stackalloc int[_variants];
        for (var variant = 0; variant < _variants; variant++)
        {
            order[variant] = variant;
        }

        for (var last = _variants - 1; last > 0; last--)
        {
            var other = SplitMix.Below(last + 1, _seed ^ VariantStream, ((ulong)block << 10) | (uint)last);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order[(int)((position + row) % _variants)];
    }
}
