using System.Globalization;

namespace FunctionsEval.Providers.Simulator;

/// <summary>
/// What the simulated models say of a candidate: triage_v1 with a score that all models share but for their noise, 25 to 75 in the
/// middle; a better model's planted shift is 25 points a unit. Refusing and malformed models stay what they are.
/// </summary>
internal static class SimulatedTriage
{
    private const double PointsPerUnit = 25;
    private const double Noise = 20;

    private static readonly string[] Themes = ["grid storage", "city transport", "ocean science", "small tools", "local news"];

    public static ReadOnlySpan<byte> Marker => "triage_v1"u8;

    public static SimulatedAnswer Answer(SimulatedModel model, ulong scene, ulong key)
    {
        var plain = model.Answer(scene, key, json: true);
        return plain.Text.StartsWith('{') ? new SimulatedAnswer(Json(model, scene, key)) : plain;
    }

    private static string Json(SimulatedModel model, ulong scene, ulong key)
    {
        var noise = model.Behaviour == ModelBehaviour.Steady ? 0 : Noise * (StableHash.ToUnit(StableHash.Combine(key, 'u')) - 0.5);
        var shift = model.Behaviour == ModelBehaviour.Better ? model.Amount : 0;
        var score = (int)Math.Round((PointsPerUnit * (model.Base(scene) - 0.5 + shift)) + noise);
        var isNovel = StableHash.ToUnit(StableHash.Combine(scene, 'n')) < 0.5;
        var theme = Themes[(int)(scene % (ulong)Themes.Length)];
        var reason = score < 40 ? "Little that is new, and thin on detail." : score < 65 ? "A useful account with some detail." : "Concrete, new and well supported.";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"schema_version":"triage_v1","prompt_id":"triage_v1","provider":"simulator","model":"{{model.Id}}","ai_score":{{Math.Clamp(score, 0, 100)}},"reason":"{{reason}}","is_relevant":{{Flag(score >= 40)}},"is_novel":{{Flag(isNovel)}},"categories":["{{theme}}"],"should_deep_summarize":{{Flag(score >= 65)}},"theme":"{{theme}}","one_liner":"{{reason}}"}
            """);
    }

    private static string Flag(bool value) => value ? "true" : "false";
}
