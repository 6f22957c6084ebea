import Convolution

/// Chooses how long responses are divided: a pure function of their geometry, latency, grain and a table of costs.
public enum PartitionPlanner {
  /// The cheapest plan with exactly this latency and grain.
  ///
  /// - Parameters:
  ///   - matrix: Only lengths and routing count.
  ///   - latencyFrames: 0 (default) answers at once.
  ///   - grainFrames: 1 (default) takes any block.
  ///   - costs: The table of constants. Default: the one that ships with the library.
  public static func plan(
    for matrix: ResponseMatrix, latencyFrames: Int = 0, grainFrames: Int = 1
  ) throws(ResponseError) -> PartitionPlan { fatalError("sketch") }

  /// The cheapest plan of any latency: for files.
  public static func offlinePlan(for matrix: ResponseMatrix) throws(ResponseError) -> PartitionPlan {
    fatalError("sketch")
  }

  /// Why `plan` was chosen for `matrix`, a sentence a line.
  public static func explanation(of plan: PartitionPlan, for matrix: ResponseMatrix) -> [String] {
    fatalError("sketch")
  }
}
