using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.FunctionsHost;

public sealed class Starting_from_source
{
    /// <summary>The SDK of the worker lets <c>dotnet run</c> start another program; Directory.Build.targets takes that back by names that are private to the SDK.</summary>
    [Fact]
    public async Task Dotnet_run_starts_the_command_line()
    {
        await using var run = ProgramProcess.StartProgram(
            ["dotnet", "run", "--no-build", "--configuration", PublishedFunctions.Configuration, "--project", Path.Combine(PublishedFunctions.Repository, "functions"), "--", "--help"]);

        var (exitCode, output, error) = await run.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Contains("functionseval [command] [options]", output, StringComparison.Ordinal);
    }
}
