// swift-tools-version: 6.3
// Examples depend on the library as any other package does; here by its path.
import PackageDescription

let package = Package(
  name: "convaudio-examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "convaudio", path: "..")],
  targets: [
    .executableTarget(
      name: "block-by-block", dependencies: [.product(name: "ConvAudioKit", package: "convaudio")]),
    .executableTarget(
      name: "callback-thread", dependencies: [.product(name: "ConvAudioKit", package: "convaudio")]),
    .executableTarget(
      name: "series-features", dependencies: [.product(name: "TimeSeriesFeatures", package: "convaudio")]),
  ],
  swiftLanguageModes: [.v6]
)
