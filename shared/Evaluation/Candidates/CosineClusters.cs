using System.Numerics;

namespace FunctionsEval.Evaluation.Candidates;

/// <summary>A cluster as far as its vectors tell: their mean, their number and the time of the newest.</summary>
public sealed record Centroid(string ClusterId, float[] Mean, int Count, DateTimeOffset UpdatedAt);

/// <summary>
/// Finds the cluster of one item after the other: the nearest one whose mean points the same way (cosine at least 0.86) and that had
/// an item within seven days; else a new one. Only the most recent clusters are kept in mind, so that memory and time stay bounded.
/// </summary>
public sealed class CosineClusters
{
    private const double MinSimilarity = 0.86;
    private const int MaxActive = 2_000;
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(7);

    private readonly List<Active> _active = [];

    public CosineClusters(IEnumerable<Centroid> known)
    {
        foreach (var centroid in known)
        {
            Add(new Active(centroid));
        }
    }

    /// <summary>The cluster that the item joins, its mean moved towards the item.</summary>
    /// <param name="newId">The id of the cluster that is made when no other fits.</param>
    public Centroid Assign(string newId, float[] vector, DateTimeOffset at)
    {
        var length = Length(vector);
        Active? best = null;
        var bestSimilarity = MinSimilarity;
        foreach (var candidate in _active)
        {
            if (candidate.Centroid.Mean.Length == vector.Length
                && (at - candidate.Centroid.UpdatedAt).Duration() <= Lookback
                && Dot(candidate.Centroid.Mean, vector) / (candidate.Length * length) is var similarity
                && similarity >= bestSimilarity)
            {
                (best, bestSimilarity) = (candidate, similarity);
            }
        }

        if (best is null)
        {
            best = new Active(new Centroid(newId, vector, 1, at));
            Add(best);
        }
        else
        {
            best.Take(vector, at);
        }

        return best.Centroid;
    }

    private void Add(Active active)
    {
        if (_active.Count == MaxActive)
        {
            _active.Remove(_active.MinBy(other => other.Centroid.UpdatedAt)!);
        }

        _active.Add(active);
    }

    private static double Length(float[] vector) => Math.Sqrt(Dot(vector, vector));

    private static double Dot(float[] a, float[] b)
    {
        var sum = Vector<float>.Zero;
        var index = 0;
        for (; index <= a.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            sum += new Vector<float>(a, index) * new Vector<float>(b, index);
        }

        double total = Vector.Sum(sum);
        for (; index < a.Length; index++)
        {
            total += a[index] * b[index];
        }

        return total;
    }

    private sealed class Active(Centroid centroid)
    {
        public Centroid Centroid { get; private set; } = centroid;

        public double Length { get; private set; } = CosineClusters.Length(centroid.Mean);

        public void Take(float[] vector, DateTimeOffset at)
        {
            var count = Centroid.Count + 1;
            var mean = new float[vector.Length];
            for (var index = 0; index < mean.Length; index++)
            {
                mean[index] = Centroid.Mean[index] + ((vector[index] - Centroid.Mean[index]) / count);
            }

            Centroid = Centroid with { Mean = mean, Count = count, UpdatedAt = at > Centroid.UpdatedAt ? at : Centroid.UpdatedAt };
            Length = CosineClusters.Length(mean);
        }
    }
}
