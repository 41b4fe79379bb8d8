using FunctionsEval;
using FunctionsEval.Cli;
using FunctionsEval.Hosting;

// The Functions host starts its worker with the address of its own server among the arguments.
if (args.Contains("--functions-uri"))
{
    return await FunctionsWorker.RunAsync(args, Registration.JsonContexts);
}

using var interrupt = new Interrupt();
return await CommandLine.RunAsync(Terminal.OfProcess(), args, interrupt.Token);
