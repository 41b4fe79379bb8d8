using FunctionsEval.Storage.Tests.Children;
using Xunit.Runner.InProc.SystemConsole;

namespace FunctionsEval.Storage.Tests;

internal static class Program
{
    private static Task<int> Main(string[] args) => args is ["child", .. var rest] ? Child.RunAsync(rest) : ConsoleRunner.Run(args);
}
