// The count of living tensors belongs to the process: tests that compare it run one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
