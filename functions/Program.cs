using FunctionsEval.Cli;

using var interrupt = new Interrupt();
return await CommandLine.RunAsync(Terminal.OfProcess(), args, interrupt.Token);
