import ModelFormats

/// A transform of any kind, with the file that it is saved to: what takes a fit from a laboratory into production.
///
/// ```swift
/// try FittedTransform(MiniRocket(fittingTo: training)).serialized()  // bytes of a safetensors file
/// let transform = try FittedTransform(contentsOf: "parameters.safetensors").transform
/// ```
/// Files hold float32 and int32 tensors and metadata, without code: `Tools/features/README.md` lists them, and a script
/// there writes them from what aeon fitted.
public enum FittedTransform: Sendable, Equatable {
  case miniRocket(MiniRocket)
  case multiRocket(MultiRocket)
  case rocket(Rocket)
  case hydra(Hydra)

  /// What `metadata["format"]` says.
  public static let format = "convaudio-features"

  /// The kinds by the names that files and commands have for them.
  public enum Kind: String, CaseIterable, Sendable {
    case minirocket, multirocket, rocket, hydra

    /// What a fit is told for about so many features: of MultiRocket and ROCKET, kernels, which have eight and two each.
    func count(ofFeatures features: Int?) -> Int {
      switch self {
      case .minirocket: features ?? 10_000
      case .multirocket: features.map { max(1, $0 / 8) } ?? 6250
      case .rocket: features.map { max(1, $0 / 2) } ?? 10_000
      case .hydra: features ?? 0
      }
    }
  }

  /// Fits a transform of a kind.
  ///
  /// - Parameter features: About how many; nil: the published default. MiniRocket and MultiRocket round down to a multiple
  ///   of 84 and of 672, ROCKET to one of 2, Hydra to whole groups; none goes below one of these.
  /// - Throws: `FeatureError`.
  public init(
    _ kind: Kind, fittingTo series: SeriesSet, features: Int? = nil, seed: UInt32 = 0,
    compatibility: MultiRocket.Compatibility = .correct
  ) throws(FeatureError) {
    try self.init(
      kind, fittingTo: FittingSet(series), features: features, seed: seed,
      compatibility: compatibility)
  }

  /// As above, to a set of which only what is drawn is in memory.
  public init(
    _ kind: Kind, fittingTo series: FittingSet, features: Int? = nil, seed: UInt32 = 0,
    compatibility: MultiRocket.Compatibility = .correct
  ) throws(FeatureError) {
    if let features, !(1...MiniRocketParameters.maximumFeatures).contains(features) {
      throw .outOfRange(
        what: "the number of features", expected: "1 to \(MiniRocketParameters.maximumFeatures)", actual: features)
    }
    let count = kind.count(ofFeatures: features)
    switch kind {
    case .minirocket:
      self = .miniRocket(try MiniRocket(fittingTo: series, features: count, seed: seed))
    case .multirocket:
      self = .multiRocket(
        try MultiRocket(fittingTo: series, kernels: count, seed: seed, compatibility: compatibility)
      )
    case .rocket:
      self = .rocket(try Rocket(fittingTo: series, kernels: min(count, 1_000_000), seed: seed))
    case .hydra:
      // 32 features a pair of groups and a dilation.
      let dilations = Hydra.dilations(points: series.extent.longest.points).count
      let groups = features == nil ? 64 : max(1, count / (32 * dilations)) * 2
      self = .hydra(try Hydra(fittingTo: series, groups: groups, seed: seed))
    }
  }

  /// The transform itself.
  public var transform: any SeriesTransform {
    switch self {
    case .miniRocket(let transform): transform
    case .multiRocket(let transform): transform
    case .rocket(let transform): transform
    case .hydra(let transform): transform
    }
  }

  /// Its kind.
  public var kind: Kind {
    switch self {
    case .miniRocket: .minirocket
    case .multiRocket: .multirocket
    case .rocket: .rocket
    case .hydra: .hydra
    }
  }

  /// What happens to series that kernels reach beyond.
  public var shortSeries: ShortSeriesPolicy {
    get { transform.shortSeries }
    set {
      switch self {
      case .miniRocket(var transform):
        transform.shortSeries = newValue
        self = .miniRocket(transform)
      case .multiRocket(var transform):
        transform.shortSeries = newValue
        self = .multiRocket(transform)
      case .rocket(var transform):
        transform.shortSeries = newValue
        self = .rocket(transform)
      case .hydra(var transform):
        transform.shortSeries = newValue
        self = .hydra(transform)
      }
    }
  }
}
