namespace FunctionsEval.Statistics;

/// <summary>A sum that keeps what rounding would drop: Neumaier (1974), doi:10.1002/zamm.19740540106. A mutable struct.</summary>
internal struct CompensatedSum
{
    private double _sum;
    private double _lost;

    public readonly double Value => _sum + _lost;

    public void Add(double value)
    {
        var sum = _sum + value;
        _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}
