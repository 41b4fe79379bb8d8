using FunctionsEval.TestKit.Tests.Handler;
using Xunit.Runner.InProc.SystemConsole;

namespace FunctionsEval.TestKit.Tests;

internal static class Program
{
    private static Task<int> Main(string[] args) => args is ["handler"] ? ScriptedHandler.RunAsync() : ConsoleRunner.Run(args);
}
