using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Providers.Tests;

/// <summary>Which model is called where, and what is said about it.</summary>
public sealed class Routing_models
{
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["OPENAI_API_KEY"] = "sk-1",
        ["ANTHROPIC_API_KEY"] = "sk-2",
        ["XAI_API_KEY"] = "sk-3",
    };

    [Theory]
    [InlineData(null, "openai:m", "https://api.openai.com/v1", false, null)]
    [InlineData("http://127.0.0.1:9000/v1", "openai:m", "http://127.0.0.1:9000/v1", true, "OPENAI_API_KEY")]
    [InlineData("http://127.0.0.1:9000/v1", "openai-compatible:m", "http://127.0.0.1:9000/v1", false, "OPENAI_API_KEY")]
    [InlineData("http://127.0.0.1:9000/v1", "anthropic:m", "https://api.anthropic.com/v1", false, null)]
    [InlineData("anthropic=http://127.0.0.1:9000", "anthropic:m", "http://127.0.0.1:9000/v1", true, "ANTHROPIC_API_KEY")]
    [InlineData("anthropic=http://127.0.0.1:9000", "openai:m", "https://api.openai.com/v1", false, null)]
    [InlineData("http://127.0.0.1:9000/v1 xai=https://api.x.ai/v1", "xai:m", "https://api.x.ai/v1", false, null)]
    public void A_base_url_moves_the_models_that_it_is_for(string? baseUrl, string model, string address, bool isElsewhere, string? strayKey)
    {
        using var catalog = new ProviderCatalog(new ProviderSettings { Variables = Keys, BaseUrl = baseUrl }, TimeProvider.System, new Random(1));

        var route = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(model)).Route!;

        Assert.Equal((new Uri(address), isElsewhere, strayKey), (route.Address, route.IsElsewhere, route.StrayKey));
    }

    [Theory]
    [InlineData("127.0.0.1:9000", "must be an absolute http or https URL, or PROVIDER=URL, but is '127.0.0.1:9000'")]
    [InlineData("antropic=http://h", "must name a provider before '=', one of openai, azure-openai, anthropic, google, xai, deepseek, mistral, openai-compatible, but names 'antropic'")]
    [InlineData("http://a http://b", "must be given once without a provider")]
    [InlineData("xai=http://a xai=http://b", "must be given once for xai")]
    [InlineData("http://h/v1?a=b", null)]
    public void A_broken_one_is_refused(string text, string? problem) => Assert.Equal(problem, BaseUrls.Problem(text));
}
