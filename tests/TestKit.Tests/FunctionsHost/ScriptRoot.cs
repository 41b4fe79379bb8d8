using System.Text.Json;
using FunctionsEval.TestKit.FunctionsHost;

namespace FunctionsEval.TestKit.Tests.FunctionsHost;

/// <summary>A script root whose executable is this test program as the scripted handler.</summary>
internal sealed class ScriptRoot : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ScriptRoot(string extensions = "{}", string? functionTimeout = null)
    {
        var executable = System.IO.Path.Combine(AppContext.BaseDirectory, "FunctionsEval.TestKit.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var timeout = functionTimeout is null ? "" : $"\"functionTimeout\": \"{functionTimeout}\",";
        File.WriteAllText(_folder.File("host.json"), $$"""
            {
              "version": "2.0", {{timeout}}
              "customHandler": {
                "description": { "defaultExecutablePath": {{JsonSerializer.Serialize(executable)}}, "arguments": ["%VERB%"] },
                "enableForwardingHttpRequest": true
              },
              "extensions": {{extensions}}
            }
            """);
        Function("Api", """{"name":"req","type":"httpTrigger","direction":"in","route":"{*path}"},{"name":"res","type":"http","direction":"out"}""");
        Function("Open", """{"name":"req","type":"httpTrigger","direction":"in","authLevel":"anonymous","route":"open"},{"name":"res","type":"http","direction":"out"}""");
        foreach (var name in (string[])["Chain", "FanOut", "Sees", "Call", "Retries", "Parent", "ParentOf", "Throws", "ExitsWith", "Sleeps", "Collects", "Tells", "Odd"])
        {
            Function(name, """{"name":"context","type":"orchestrationTrigger","direction":"in"}""");
        }

        foreach (var name in (string[])["See", "Echo", "Slow", "Date", "Nothing", "HangsOnce", "Flaky", "Fail", "Plain", "Exit"])
        {
            Function(name, """{"name":"input","type":"activityTrigger","direction":"in"}""");
        }
    }

    public string Path => _folder.Path;

    public string FileOf(string name) => _folder.File(name);

    public ScriptRoot Function(string name, string bindings, string retry = "null")
    {
        Directory.CreateDirectory(_folder.File(name));
        File.WriteAllText(System.IO.Path.Combine(_folder.Path, name, "function.json"), $$"""{ "bindings": [{{bindings}}], "retry": {{retry}} }""");
        return this;
    }

    public Task<FunctionsHostDouble> StartAsync(TimeProvider? clock = null, params (string Name, string Value)[] settings) => FunctionsHostDouble.StartAsync(
        Path,
        new FunctionsHostOptions(settings.Append(("VERB", "handler")).ToDictionary(), clock),
        TestContext.Current.CancellationToken);

    public void Dispose() => _folder.Dispose();
}
