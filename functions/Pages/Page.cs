using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages;

/// <summary>A page as the answer of an endpoint. Its component is no part of the type, for the generator of endpoints does not see components.</summary>
internal sealed class Page : IResult
{
    private readonly RazorComponentResult _result;

    private Page(RazorComponentResult result) => _result = result;

    /// <param name="parameters">An object whose properties are the parameters of the component.</param>
    public static Page Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TComponent>(object parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new(new RazorComponentResult(typeof(TComponent), parameters) { StatusCode = status });

    public Task ExecuteAsync(HttpContext httpContext) => _result.ExecuteAsync(httpContext);
}
