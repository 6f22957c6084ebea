import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The cost table that plans are made from.
enum CostTable {
  /// The table in the file that CONVAUDIO_COSTS names, or the one of the library.
  static func selected() throws -> ConvolutionCosts {
    guard let path = ProcessInfo.processInfo.environment["CONVAUDIO_COSTS"], !path.isEmpty else { return .standard }
    do {
      return try ConvolutionCosts(contentsOf: path)
    } catch let error as ConvolutionCostsError {
      throw CommandError("CONVAUDIO_COSTS: \(path): \(error)")
    } catch {
      throw CommandError("CONVAUDIO_COSTS: \(error)")
    }
  }
}
