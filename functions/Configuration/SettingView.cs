using FunctionsEval.Providers;

namespace FunctionsEval.Configuration;

/// <summary>A setting as it holds now.</summary>
/// <param name="Name">Its key in functionseval.yaml, or its variable where it has none.</param>
/// <param name="Value">Null where it is not set; of a secret only <c>set</c>.</param>
/// <param name="From">default, functionseval.yaml, .env, environment, or the option; null where it is not set. Over HTTP also <c>service</c>: set by PUT.</param>
public sealed record SettingView(string Name, string? Value, string? From, string Variable, string? Option)
{
    internal static SettingView Of(KnownSetting setting, string? value, string? from)
    {
        var shown = value is null ? null : setting.IsSecret ? "set" : SafeMessage.WithoutCredentials(value);
        return shown is null
            ? new SettingView(setting.Name, setting.Default, setting.Default is null ? null : "default", setting.Variable, setting.Option)
            : new SettingView(setting.Name, shown, from, setting.Variable, setting.Option);
    }
}
