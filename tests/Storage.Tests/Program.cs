using System.Globalization;
using FunctionsEval.Storage.Tests.Children;
using Xunit.Runner.InProc.SystemConsole;

namespace FunctionsEval.Storage.Tests;

internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        ["child", .. var rest] => Child.RunAsync(rest),
        ["measure", var backend] => Measure.RunAsync(backend, backend == "azurite" ? 400 : 20_000),
        ["measure", var backend, var cells] => Measure.RunAsync(backend, int.Parse(cells, CultureInfo.InvariantCulture)),
        _ => ConsoleRunner.Run(args),
    };
}
