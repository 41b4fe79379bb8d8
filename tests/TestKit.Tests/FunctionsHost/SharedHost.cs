using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

/// <summary>One host for the tests of a class that leave it as it was; starting a handler is most of a test's time.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    private readonly ScriptRoot _root = new("""{ "durableTask": { "maxConcurrentActivityFunctions": 4 } }""");

    public FunctionsHostDouble Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await _root.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _root.Dispose();
    }
}
