import { textEnd } from './text.js';

/** Labels as templates: of an exporter on the host, and of one in a Kubernetes cluster. */
const start = 'DCGM_FI_DRIVER_VERSION="535.129.03",Hostname="\u0006",UUID="\u0004",__name__="\u0001"';
const bare = start + ',device="\u0003",gpu="\u0002",instance="\u0006:9400",job="dcgm-exporter",modelName="\u0005"';
const inPods =
  start +
  ',GPU_I_ID="0",GPU_I_PROFILE="1g.10gb",cluster="",container="\u0007",device="\u0003",endpoint="gpu-metrics"' +
  ',err_code="0",err_msg="No Error",exported_container="\u0007",exported_namespace="\u0009",exported_pod="\u0008"' +
  ',gpu="\u0002",instance="10.0.0.1:9400",job="nvidia-dcgm-exporter",modelName="\u0005",namespace="\u0009"' +
  ',node="\u0006",pci_bus_id="00000000:1B:00.0",pod="\u0008",service="nvidia-dcgm-exporter"';

/**
 * What deflate may refer back to: the texts of usual exports in the order in which a string table has them, the most
 * frequent ones last. Part of the format: another text is another version.
 */
const texts: readonly string[] = [
  'DCGM_FI_DEV_MEMORY_TEMP',
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
  'DCGM_FI_DEV_PCIE_REPLAY_COUNTER',
  'DCGM_FI_DEV_XID_ERRORS',
  'DCGM_FI_DEV_POWER_VIOLATION',
  'DCGM_FI_DEV_THERMAL_VIOLATION',
  'DCGM_FI_DEV_ECC_SBE_VOL_TOTAL',
  'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL',
  'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS',
  'DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS',
  'DCGM_FI_DEV_ROW_REMAP_FAILURE',
  'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL',
  'DCGM_FI_DEV_VGPU_LICENSE_STATUS',
  'DCGM_FI_DEV_FB_RESERVED',
  'DCGM_FI_DEV_FB_TOTAL',
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_PROF_SM_ACTIVE',
  'DCGM_FI_PROF_SM_OCCUPANCY',
  'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
  'DCGM_FI_PROF_PIPE_FP64_ACTIVE',
  'DCGM_FI_PROF_PIPE_FP32_ACTIVE',
  'DCGM_FI_PROF_PIPE_FP16_ACTIVE',
  'DCGM_FI_PROF_DRAM_ACTIVE',
  'DCGM_FI_PROF_PCIE_TX_BYTES',
  'DCGM_FI_PROF_PCIE_RX_BYTES',
  'NVIDIA A100-SXM4-40GB',
  'NVIDIA A100-SXM4-80GB',
  'NVIDIA A100 80GB PCIe',
  'NVIDIA A10G',
  'NVIDIA B200',
  'NVIDIA GB200',
  'NVIDIA GH200 480GB',
  'NVIDIA H200',
  'NVIDIA H100 NVL',
  'NVIDIA H100 PCIe',
  'NVIDIA L40S',
  'NVIDIA L4',
  'Tesla T4',
  'Tesla V100-SXM2-32GB',
  ...['1g.10gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb', 'kube-system', 'monitoring', 'default', 'gpu-operator'],
  ...['nvidia-dcgm-exporter', 'gpu-metrics', 'job="dgx_dcgm_exporter"', '00000000:0'],
  inPods,
  ...['T3Z', 'T6Z', 'T9Z', 'T0+00:00', ' 0', 'f1', 'f2', 'f3', 'f6'],
  'DCGM_FI_DEV_GPU_UTIL',
  'DCGM_FI_DEV_MEM_COPY_UTIL',
  'DCGM_FI_DEV_POWER_USAGE',
  'DCGM_FI_DEV_GPU_TEMP',
  'DCGM_FI_DEV_FB_USED',
  'DCGM_FI_DEV_FB_FREE',
  'DCGM_FI_DEV_DEC_UTIL',
  'DCGM_FI_DEV_ENC_UTIL',
  'DCGM_FI_DEV_SM_CLOCK',
  'DCGM_FI_DEV_MEM_CLOCK',
  'GPU-\u0001',
  '0',
  'nvidia\u0002',
  'NVIDIA H100 80GB HBM3',
  bare,
  ...['1', '2', '3', '4', '5', '6', '7'],
];

export const preset = Buffer.concat(texts.flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from([textEnd])]));
