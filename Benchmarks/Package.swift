// swift-tools-version: 6.3
// The benchmarks are a separate package, so that convaudio does not depend on their dependencies.
import PackageDescription

let package = Package(
  name: "convaudio-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "convaudio", path: "..")],
  targets: [
    .executableTarget(
      name: "stack-benchmark", dependencies: [.product(name: "ConvAudioKit", package: "convaudio")]),
    .executableTarget(
      name: "long-kernel-benchmark", dependencies: [.product(name: "ConvAudioKit", package: "convaudio")]),
    .executableTarget(
      name: "convolution-benchmark", dependencies: [.product(name: "ConvAudioKit", package: "convaudio")]),
    .executableTarget(
      name: "feature-benchmark", dependencies: [.product(name: "TimeSeriesFeatures", package: "convaudio")]),
    .executableTarget(
      name: "spectral-benchmark", dependencies: [.product(name: "TimeSeriesFeatures", package: "convaudio")]),
  ],
  swiftLanguageModes: [.v6]
)
