// Searches for anomalies beside the page: the same program as the page's, which sees that it has no page and takes orders.
import start from "./replicascope-catalogue.js";

await start();
