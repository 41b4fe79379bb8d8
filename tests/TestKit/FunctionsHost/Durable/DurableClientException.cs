namespace FunctionsEval.TestKit.FunctionsHost.Durable;

/// <summary>A client call that the extension refuses, with the gRPC status that it gives.</summary>
public sealed class DurableClientException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status => status;
}

/// <summary>The numbers are gRPC's.</summary>
public enum GrpcStatus
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    NotFound = 5,
    AlreadyExists = 6,
    FailedPrecondition = 9,
    Unimplemented = 12,
    Internal = 13,
}
