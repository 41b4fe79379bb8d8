using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.Limits;
using FunctionsEval.Providers.Simulator;

namespace FunctionsEval.Providers.Tests;

public sealed class Provider_resolution
{
    private static readonly ProviderSettings Complete = Samples.Settings(
        [.. Vendor.All.Select(vendor => (vendor.KeyVariable, (string?)Samples.Key)),
        ("OPENAI_COMPATIBLE_BASE_URL", "http://127.0.0.1:9000/v1"), ("AZURE_OPENAI_ENDPOINT", "https://name.openai.azure.com")]);

    [Theory]
    [InlineData("openai:whatever", "openai", "whatever")]
    [InlineData("OpenAI:gpt-4.1", "openai", "gpt-4.1")]
    [InlineData("openai-compatible:llama3:8b", "openai-compatible", "llama3:8b")]
    [InlineData("gpt-4.1-mini", "openai", "gpt-4.1-mini")]
    [InlineData("chatgpt-4o-latest", "openai", "chatgpt-4o-latest")]
    [InlineData("text-davinci-003", "openai", "text-davinci-003")]
    [InlineData("o1", "openai", "o1")]
    [InlineData("o3-mini", "openai", "o3-mini")]
    [InlineData("O4-mini", "openai", "O4-mini")]
    [InlineData("ft:gpt-4o-mini:org::id", "openai", "ft:gpt-4o-mini:org::id")]
    [InlineData("anthropic:whatever", "anthropic", "whatever")]
    [InlineData("claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5")]
    [InlineData("Gemini-2.5-pro", "google", "Gemini-2.5-pro")]
    [InlineData("grok-4", "xai", "grok-4")]
    [InlineData("deepseek-chat", "deepseek", "deepseek-chat")]
    [InlineData("mistral-large-latest", "mistral", "mistral-large-latest")]
    [InlineData("codestral-2508", "mistral", "codestral-2508")]
    [InlineData("azure-openai:my-deployment", "azure-openai", "my-deployment")]
    public void Finds_the_provider(string name, string provider, string model)
    {
        using var catalog = Catalog(Complete);

        var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(name));

        Assert.Equal((provider, model), (resolved.ProviderName, resolved.Model));
    }

    [Theory]
    [InlineData("llama3:8b", "Cannot determine provider for model 'llama3:8b'")]
    [InlineData("o100", "Cannot determine provider for model 'o100'")]
    [InlineData("adapter", "Cannot determine provider for model 'adapter'")]
    [InlineData("", "Cannot determine provider for model ''")]
    public void Says_clearly_what_is_not_supported(string name, string expected)
    {
        using var catalog = Catalog(Complete);

        var failure = Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve(name)).Failure;

        Assert.Equal(ModelErrorCode.UnsupportedProvider, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_key_names_its_variable()
    {
        using var catalog = Catalog(new ProviderSettings());

        var failure = Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve("gpt-4.1")).Failure;

        Assert.Equal(new ModelFailure(ModelErrorCode.MissingApiKey, "OPENAI_API_KEY is not set", Outage: OutageKind.Access), failure);
        Assert.All(
            Vendor.All.Where(vendor => vendor.Name != Vendor.CompatibleName),
            vendor => Assert.Equal($"{vendor.KeyVariable} is not set", Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve($"{vendor.Name}:m")).Failure.Message));
    }

    [Theory]
    [InlineData(null, "OPENAI_COMPATIBLE_BASE_URL is not set")]
    [InlineData("localhost:9000", "must be an http or https URL")]
    [InlineData("/v1", "must be an http or https URL")]
    [InlineData("http://user:secret@host/v1", "without user name")]
    public void A_compatible_server_needs_a_base_url(string? baseUrl, string expected)
    {
        using var catalog = Catalog(Samples.Settings(("OPENAI_COMPATIBLE_BASE_URL", baseUrl)));

        var failure = Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve("openai-compatible:m")).Failure;

        Assert.Equal(ModelErrorCode.ValidationError, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_without_a_model_and_a_key_that_no_header_carries_are_refused()
    {
        using var catalog = Catalog(Samples.Settings(("OPENAI_API_KEY", "sk-with\nnewline")));

        Assert.Equal(ModelErrorCode.ValidationError, Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve("openai:")).Failure.Code);
        var failure = Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve("openai:m")).Failure;
        Assert.Equal(ModelErrorCode.AuthError, failure.Code);
        Assert.DoesNotContain("newline", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("comp", "main", "comp")]
    [InlineData(null, "main", "main")]
    [InlineData(null, null, null)]
    public async Task A_compatible_server_gets_its_own_key_or_the_openai_key_or_none(string? compatible, string? main, string? expected)
    {
        await using var server = new RawServer(RawServer.Response(200, """{"choices":[{"message":{"content":"x"}}]}"""));
        using var catalog = Catalog(Samples.Settings(
            ("OPENAI_COMPATIBLE_API_KEY", compatible), ("OPENAI_API_KEY", main), ("OPENAI_COMPATIBLE_BASE_URL", server.BaseUrl.ToString())));
        var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("openai-compatible:m"));

        var result = await resolved.Caller.CallAsync(Samples.Request("m"), null, CancellationToken.None);

        Samples.AnswerOf(result.Outcome);
        if (expected is null)
        {
            Assert.DoesNotContain("Authorization", server.LastRequest, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains($"Authorization: Bearer {expected}\r\n", server.LastRequest, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_environment_is_read_and_blank_is_not_set()
    {
        var variables = new Dictionary<string, string>
        {
            ["OPENAI_API_KEY"] = " key ",
            ["OPENAI_COMPATIBLE_API_KEY"] = "  ",
            ["GOOGLE_API_KEY"] = "g",
            ["HOME"] = "/root",
        };

        var read = ProviderSettings.ReadVariables(variables.GetValueOrDefault);

        Assert.Equal([("GOOGLE_API_KEY", "g"), ("OPENAI_API_KEY", "key")], read.Select(entry => (entry.Key, entry.Value)).Order());
    }

    [Fact]
    public async Task The_base_url_of_the_command_line_goes_first()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        using var catalog = Catalog(new ProviderSettings
        {
            Variables = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "k", ["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1" },
            BaseUrl = server.BaseUrl.ToString(),
        });
        var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("openai:sim-steady"));

        Samples.AnswerOf((await resolved.Caller.CallAsync(Samples.Request("sim-steady"), null, TestContext.Current.CancellationToken)).Outcome);
    }

    [Theory]
    [InlineData("anthropic:claude-x", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")]
    [InlineData("google:gemini-x", "GOOGLE_API_KEY", "GOOGLE_BASE_URL")]
    public async Task The_base_url_of_the_command_line_gets_no_key_of_another_wire_format(string model, string keyVariable, string urlVariable)
    {
        await using var local = await Simulated_models.StartAsync(new SimulatorOptions());
        await using var vendors = await Simulated_models.StartAsync(new SimulatorOptions());
        using var catalog = Catalog(new ProviderSettings
        {
            Variables = new Dictionary<string, string> { [keyVariable] = Samples.Key, [urlVariable] = vendors.BaseUrl.ToString() },
            BaseUrl = local.BaseUrl.ToString(),
        });
        var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve(model));

        await resolved.Caller.CallAsync(Samples.Request(resolved.Model), null, TestContext.Current.CancellationToken);

        Assert.Equal((0, 1), (local.Stats().Calls, vendors.Stats().Calls));
    }

    [Fact]
    public void A_key_vault_reference_that_was_not_resolved_is_no_key()
    {
        using var catalog = Catalog(Samples.Settings(("XAI_API_KEY", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)")));

        var failure = Assert.IsType<ProviderResolution.Unsupported>(catalog.Resolve("grok-4")).Failure;

        Assert.Equal(ModelErrorCode.AuthError, failure.Code);
        Assert.Contains("XAI_API_KEY is a Key Vault reference that was not resolved", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_and_gates_are_shared_by_name_from_any_thread()
    {
        using var catalog = Catalog(Complete);

        var callers = await Task.WhenAll(Enumerable.Range(0, 50).Select(index => Task.Run(() =>
            ((ProviderResolution.Resolved)catalog.Resolve(index % 2 == 0 ? "gpt-4.1" : "openai:gpt-4.1")).Caller)));

        Assert.Single(callers.Distinct());
        Assert.NotSame(callers[0], ((ProviderResolution.Resolved)catalog.Resolve("openai:other")).Caller);
        Assert.Equal(["openai:gpt-4.1", "openai:other"], catalog.Gates().Keys.Order());
    }

    [Theory]
    [InlineData(100, null, 100, 100)]
    [InlineData(5, null, 5, 5)]
    [InlineData(100, 8, 8, 8)]
    [InlineData(null, null, 16, 256)]
    [InlineData(null, 8, 8, 8)]
    public async Task A_concurrency_that_was_asked_for_is_there_from_the_first_call_on(int? concurrency, int? limit, int start, int most)
    {
        var underWay = 0;
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions(Latency: TimeSpan.FromMilliseconds(20)));
        using var catalog = Catalog(new ProviderSettings
        {
            Variables = Samples.Settings(("OPENAI_COMPATIBLE_BASE_URL", server.BaseUrl.ToString())).Variables,
            Concurrency = concurrency,
            Limits = LimitTable.Parse(limit is null ? null : $"openai-compatible=concurrency:{limit}"),
        });
        var caller = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("openai-compatible:sim-steady")).Caller;
        Assert.Equal(start, caller.Gate.Snapshot().Limit);

        await Task.WhenAll(Enumerable.Range(0, 1200).Select(call => caller.CallAsync(
            Samples.Request("sim-steady", id: $"c{call}"),
            (_, _) =>
            {
                underWay = Math.Max(underWay, caller.Gate.Snapshot().InFlight);
                return ValueTask.CompletedTask;
            },
            TestContext.Current.CancellationToken)));

        Assert.InRange(underWay, start, most);
        Assert.Equal(most, caller.Gate.Snapshot().Limit);
    }

    [Fact]
    public async Task A_base_url_works_with_and_without_a_slash_at_its_end()
    {
        await using var server = await Simulated_models.StartAsync(new SimulatorOptions());
        foreach (var url in (string[])[server.BaseUrl.ToString(), $"{server.BaseUrl}/", $"http://127.0.0.1:{server.Port}"])
        {
            using var catalog = Catalog(Samples.Settings(("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", url)));
            var resolved = Assert.IsType<ProviderResolution.Resolved>(catalog.Resolve("openai:sim-steady"));

            var result = await resolved.Caller.CallAsync(Samples.Request("sim-steady"), null, CancellationToken.None);

            Samples.AnswerOf(result.Outcome);
        }
    }

    private static ProviderCatalog Catalog(ProviderSettings settings) => new(settings, TimeProvider.System, new Random(1));
}
