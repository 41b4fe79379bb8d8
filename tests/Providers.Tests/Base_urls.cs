using FunctionsEval.Providers.Catalog;

namespace FunctionsEval.Providers.Tests;

/// <summary>What people write as a base URL, and which address is called by it.</summary>
public sealed class Base_urls
{
    [Theory]
    [InlineData("openai", "https://api.openai.com", "https://api.openai.com/v1")]
    [InlineData("openai", "https://api.openai.com/", "https://api.openai.com/v1")]
    [InlineData("openai", "https://api.openai.com/v1", "https://api.openai.com/v1")]
    [InlineData("openai", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1")]
    [InlineData("openai", "https://api.openai.com/v1/responses/", "https://api.openai.com/v1")]
    [InlineData("openai-compatible", "http://localhost:11434", "http://localhost:11434/v1")]
    [InlineData("openai-compatible", "https://openrouter.ai/api/v1/", "https://openrouter.ai/api/v1")]
    [InlineData("openai-compatible", "https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai/")]
    [InlineData("openai-compatible", "https://gateway.example/v1/account/openai", "https://gateway.example/v1/account/openai")]
    [InlineData("openai-compatible", "http://[::1]:9000/V1/Chat/Completions?x=1#y", "http://[::1]:9000/V1")]
    [InlineData("mistral", "https://api.mistral.ai/v1/chat/completions", "https://api.mistral.ai/v1")]
    [InlineData("anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1")]
    [InlineData("anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1")]
    [InlineData("google", "https://generativelanguage.googleapis.com", "https://generativelanguage.googleapis.com/v1beta")]
    [InlineData("google", "https://generativelanguage.googleapis.com/v1/models/gemini-2.5-pro:generateContent", "https://generativelanguage.googleapis.com/v1")]
    [InlineData("azure-openai", "https://name.openai.azure.com/openai/v1/responses", "https://name.openai.azure.com/openai/v1")]
    [InlineData("azure-openai", "https://name.services.ai.azure.com/", "https://name.services.ai.azure.com/openai/v1")]
    [InlineData("azure-openai", "https://gateway.example/azure/v1", "https://gateway.example/azure/v1")]
    public void The_whole_address_is_found(string vendor, string text, string expected)
    {
        var url = Read(vendor, text);

        Assert.Equal((expected, false), (url!.Address.AbsoluteUri, url.IsByDeployment));
    }

    [Theory]
    [InlineData("https://name.openai.azure.com", "https://name.openai.azure.com/", null)]
    [InlineData("https://name.openai.azure.com/openai/", "https://name.openai.azure.com/", null)]
    [InlineData("https://name.cognitiveservices.azure.com/openai/deployments/gpt/chat/completions?api-version=2025-01-01-preview", "https://name.cognitiveservices.azure.com/", "2025-01-01-preview")]
    [InlineData("https://apim.example/llm/openai/deployments/gpt", "https://apim.example/llm", null)]
    public void An_azure_resource_is_called_by_deployment(string text, string address, string? version)
    {
        var url = Read("azure-openai", text);

        Assert.Equal((address, true, version), (url!.Address.AbsoluteUri, url.IsByDeployment, url.ApiVersion));
    }

    [Theory]
    [InlineData("localhost:9000")]
    [InlineData("/v1")]
    [InlineData("ftp://host/v1")]
    [InlineData("https://user:secret@host/v1")]
    [InlineData("")]
    public void Anything_else_is_refused(string text) => Assert.Null(Read("openai", text));

    private static BaseUrl? Read(string vendor, string text) => BaseUrl.Read(Vendor.All.Single(entry => entry.Name == vendor), text);
}
