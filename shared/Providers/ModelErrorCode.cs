namespace FunctionsEval.Providers;

/// <summary>The one error taxonomy. On the wire and in tables: RATE_LIMIT, TIMEOUT, ... (<see cref="ModelErrorCodes.ToWire"/>).</summary>
public enum ModelErrorCode
{
    RateLimit,
    Timeout,
    NetworkError,
    ServerError,
    AuthError,
    ValidationError,
    NotFound,
    UnsupportedProvider,
    MissingApiKey,
    InvalidResponse,
    Unknown,
}

public static class ModelErrorCodes
{
    public static bool IsRetryable(this ModelErrorCode code) =>
        code is ModelErrorCode.RateLimit or ModelErrorCode.Timeout or ModelErrorCode.NetworkError or ModelErrorCode.ServerError;

    public static string ToWire(this ModelErrorCode code) => code switch
    {
        ModelErrorCode.RateLimit => "RATE_LIMIT",
        ModelErrorCode.Timeout => "TIMEOUT",
        ModelErrorCode.NetworkError => "NETWORK_ERROR",
        ModelErrorCode.ServerError => "SERVER_ERROR",
        ModelErrorCode.AuthError => "AUTH_ERROR",
        ModelErrorCode.ValidationError => "VALIDATION_ERROR",
        ModelErrorCode.NotFound => "NOT_FOUND",
        ModelErrorCode.UnsupportedProvider => "UNSUPPORTED_PROVIDER",
        ModelErrorCode.MissingApiKey => "MISSING_API_KEY",
        ModelErrorCode.InvalidResponse => "INVALID_RESPONSE",
        _ => "UNKNOWN",
    };
}
