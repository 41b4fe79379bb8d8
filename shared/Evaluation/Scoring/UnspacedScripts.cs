namespace FunctionsEval.Evaluation.Scoring;

/// <summary>Letters of scripts that put no spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.</summary>
internal static class UnspacedScripts
{
    // Thai and Lao; Burmese; Khmer; kana and bopomofo; ideographs with their extension A and compatibility forms.
    private static readonly (char From, char To)[] Ranges =
    [
        ('\u0e00', '\u0eff'), ('\u1000', '\u109f'), ('\u1780', '\u17ff'), ('\u3040', '\u312f'), ('\u31a0', '\u31ff'), ('\u3400', '\u9fff'), ('\uf900', '\ufaff'),
    ];

    public static bool Has(char unit) => unit >= '\u0e00' && Array.Exists(Ranges, range => unit >= range.From && unit <= range.To);
}
