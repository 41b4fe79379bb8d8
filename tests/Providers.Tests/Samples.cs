using System.Collections.Concurrent;
using FunctionsEval.Providers.Catalog;
using FunctionsEval.Providers.OpenAI;

namespace FunctionsEval.Providers.Tests;

/// <summary>Requests and providers that several tests use.</summary>
internal static class Samples
{
    public const string Key = "sk-test-0123456789abcdef";

    /// <summary>Settings with these variables; a null one is not set.</summary>
    public static ProviderSettings Settings(params IReadOnlyList<(string Name, string? Value)> variables) => new()
    {
        Variables = variables.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Name, variable => variable.Value!),
    };

    /// <summary>Every vendor at one server, with a key.</summary>
    public static ProviderSettings SettingsOfAll(Uri server) => Settings(
        [.. Vendor.All.SelectMany(vendor => new[] { (vendor.KeyVariable, Key), (vendor.BaseUrlVariable, server.ToString()) })]);

    public static ModelRequest Request(string model = "sim-noisy", string prompt = "How acceptable is it?", string id = "run|c1|1", int? maxTokens = null) =>
        new(model, [new ChatMessage(ChatRole.System, "One line: Rating: N."), new ChatMessage(ChatRole.User, prompt)], id, 0.7, maxTokens);

    public static ModelOutcome Answer(string text = "Rating: 3") => new ModelOutcome.Answered(new ModelAnswer(text, "stop", "m", null, null));

    public static ModelOutcome Failure(ModelErrorCode code, TimeSpan? retryAfter = null, int? status = null) =>
        new ModelOutcome.Failed(new ModelFailure(code, $"failed with {code}", status, RetryAfter: retryAfter));

    public static ModelFailure FailureOf(ModelOutcome outcome) => Assert.IsType<ModelOutcome.Failed>(outcome).Failure;

    public static ModelAnswer AnswerOf(ModelOutcome outcome)
    {
        Assert.True(outcome is ModelOutcome.Answered, outcome.ToString());
        return ((ModelOutcome.Answered)outcome).Answer;
    }

    public static OpenAIProvider OpenAI(Uri endpoint, TimeProvider? clock = null, TimeSpan? timeout = null) => new(
        new ProviderEndpoint { Endpoint = endpoint, ApiKey = Key, Timeout = timeout ?? TimeSpan.FromSeconds(30) },
        clock ?? TimeProvider.System);

    public static async Task<ModelOutcome> AskOpenAIAsync(RawServer server, ModelRequest? request = null)
    {
        using var provider = OpenAI(server.BaseUrl);
        return await provider.CompleteAsync(request ?? Request(), CancellationToken.None);
    }
}

/// <summary>Answers from a function; remembers what it was asked.</summary>
internal sealed class ScriptedProvider(Func<ModelRequest, CancellationToken, Task<ModelOutcome>> answer) : IModelProvider
{
    private readonly ConcurrentQueue<ModelRequest> _requests = new();

    public ScriptedProvider(params ModelOutcome[] outcomes)
        : this(new Queue<ModelOutcome>(outcomes))
    {
    }

    private ScriptedProvider(Queue<ModelOutcome> outcomes)
        : this((_, _) => Task.FromResult(outcomes.Dequeue()))
    {
    }

    public IReadOnlyList<ModelRequest> Requests => [.. _requests];

    public Task<ModelOutcome> CompleteAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        return answer(request, cancellationToken);
    }
}
