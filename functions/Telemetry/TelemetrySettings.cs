namespace FunctionsEval.Telemetry;

/// <summary>Where traces, metrics and logs are sent: to an OTLP endpoint, to Application Insights, to both, or nowhere when neither is given.</summary>
/// <param name="OtlpEndpoint">The SDK reads it, and the other OTEL_ variables, itself.</param>
/// <param name="ApplicationInsights">A connection string.</param>
/// <param name="ClientId">Of the user-assigned identity that sends to Application Insights; without one the key in the connection string must do.</param>
internal sealed record TelemetrySettings(string? OtlpEndpoint, string? ApplicationInsights, string? ClientId)
{
    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ApplicationInsightsVariable = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    public bool IsOn => OtlpEndpoint is not null || ApplicationInsights is not null;

    /// <exception cref="FormatException">A variable is malformed. The message does not repeat its value, which may hold a password or a key.</exception>
    public static TelemetrySettings FromEnvironment(Func<string, string?> environment)
    {
        var settings = new TelemetrySettings(Given(OtlpVariable), Given(ApplicationInsightsVariable), Given("AZURE_CLIENT_ID"));
        if (settings.OtlpEndpoint is { } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw new FormatException($"{OtlpVariable} must be an http or https address, such as http://localhost:4317.");
        }

        return settings.ApplicationInsights?.Contains("InstrumentationKey=", StringComparison.OrdinalIgnoreCase) != false
            ? settings
            : throw new FormatException($"{ApplicationInsightsVariable} must be a connection string with an InstrumentationKey, as the portal shows it.");

        string? Given(string name) => string.IsNullOrWhiteSpace(environment(name)) ? null : environment(name);
    }
}
