import cytoscape from "cytoscape";
import { hierarchy, tree } from "d3-hierarchy";
export { cytoscape, hierarchy, tree };
