// The loops of the features of time series, for one vector width. Included by level.h.
#include "SeriesKernels.h"
#include "minirocket_body.h"
#include "multirocket_body.h"
#include "rocket_body.h"

extern const cck_feature_kernels CCK_NAME(feature_kernels);
const cck_feature_kernels CCK_NAME(feature_kernels) = {
    .minirocket_counts = CCK_NAME(minirocket_counts),
    .multirocket_pools = CCK_NAME(multirocket_pools),
    .minirocket_response = CCK_NAME(minirocket_response),
    .rocket_rows = CCK_NAME(rocket_rows),
    .hydra_group = CCK_NAME(hydra_group),
};
