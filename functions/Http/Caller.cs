using System.Reflection;

namespace FunctionsEval.Http;

/// <summary>Who sends a request, for the few answers that depend on it.</summary>
/// <param name="IsKnown">The caller gave the server's key, or needs none: a caller on this machine.</param>
internal sealed record Caller(bool IsKnown) : IBindableFromHttpContext<Caller>
{
    private static readonly Caller Unknown = new(IsKnown: false);

    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) => new(context.Features.Get<Caller>() ?? Unknown);
}
