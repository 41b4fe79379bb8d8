using FunctionsEval.AbTests;
using FunctionsEval.Content;
using FunctionsEval.Definitions;
using FunctionsEval.Health;
using FunctionsEval.Local;
using FunctionsEval.Models;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Analysis;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Orchestration;
using FunctionsEval.Runs.Plans;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;
using Microsoft.DurableTask.Client;

namespace FunctionsEval.Functions.Tests.Setup;

/// <summary>The parts of a program that many tests ask for.</summary>
internal static class ProgramParts
{
    extension(LocalProgram program)
    {
        public IEntityStore Entities => program.Storage.Entities;

        public RunStore Runs => program.Get<RunStore>();

        public CellLedger Cells => program.Get<CellLedger>();

        public DefinitionStore Definitions => program.Get<DefinitionStore>();

        public ContentStore Content => program.Get<ContentStore>();

        public ImportContent ImportContent => program.Get<ImportContent>();

        public AnalysisStore Analyses => program.Get<AnalysisStore>();

        public AllocationStore Allocations => program.Get<AllocationStore>();

        public StartRun StartRun => program.Get<StartRun>();

        public StartAbTest StartAbTest => program.Get<StartAbTest>();

        public RunControl RunControl => program.Get<RunControl>();

        public ExtendRun ExtendRun => program.Get<ExtendRun>();

        public RescoreRun RescoreRun => program.Get<RescoreRun>();

        public AnalyzeRun AnalyzeRun => program.Get<AnalyzeRun>();

        public HealthCheck Health => program.Get<HealthCheck>();

        public ProviderCatalogs Catalogs => program.Get<ProviderCatalogs>();

        public DurableTaskClient Client => program.Get<DurableTaskClient>();

        /// <summary>Handles a job as if it came from the queue.</summary>
        public Task HandleAsync(PipelineJob job, CancellationToken cancellationToken) =>
            program.Get<PipelineQueue>().HandleAsync(job, program.Client, cancellationToken);

        /// <summary>The same of a message.</summary>
        public Task HandleAsync(string message, CancellationToken cancellationToken) =>
            program.Get<PipelineQueue>().RunAsync(message, program.Client, cancellationToken);
    }
}
