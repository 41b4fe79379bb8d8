using FunctionsEval.TestKit;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
